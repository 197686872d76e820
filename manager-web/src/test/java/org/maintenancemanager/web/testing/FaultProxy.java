package org.maintenancemanager.web.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and the manager. Cuts a connection once so many bytes came back on it; and is as if the manager were
 * gone from {@link #goDown} until {@link #comeBack}.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private volatile ServerSocket listening;
    private final int target;
    private final long cutAfter;
    private final AtomicInteger cutsLeft;
    private final AtomicInteger cuts = new AtomicInteger();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();

    /** One that cuts nothing. */
    public FaultProxy(int target) throws IOException {
        this(target, Long.MAX_VALUE, 0);
    }

    /** @param times how often it cuts; afterwards it lets everything through */
    public FaultProxy(int target, long cutAfter, int times) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        this.cutAfter = cutAfter;
        this.cutsLeft = new AtomicInteger(times);
        Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    public int cuts() {
        return cuts.get();
    }

    /** Whether a client ever asked for a part from this word on: {@code range: bytes=}. */
    public boolean sawInRequest(String text) {
        return requests.stream().anyMatch(request -> request.contains(text));
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> pump(client, server, true));
                Thread.ofVirtual().start(() -> pump(server, client, false));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void pump(Socket from, Socket to, boolean request) {
        long passed = 0;
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read;
            while ((read = in.read(buffer)) >= 0) {
                if (request) {
                    requests.add(new String(buffer, 0, read, StandardCharsets.ISO_8859_1)
                            .toLowerCase(java.util.Locale.ROOT));
                }
                passed += read;
                if (!request && passed > cutAfter && cutsLeft.getAndDecrement() > 0) {
                    cuts.incrementAndGet();
                    return;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException closed) {
            // One end went away; the other follows.
        }
    }

    /** Connections break, and new ones are refused. */
    public void goDown() throws IOException {
        close();
        open.clear();
    }

    /** At the same address. */
    public void comeBack() throws IOException {
        listening = new ServerSocket(listening.getLocalPort(), 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
