package org.maintenancemanager.web.fleet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody else's server of images, which cuts the first answer short. */
final class CuttingServer implements AutoCloseable {
    private final byte[] content;
    private final int cutAfter;
    private final HttpServer server;
    private final List<@Nullable String> ranges = Collections.synchronizedList(new ArrayList<>());
    private final List<@Nullable String> authorizations = Collections.synchronizedList(new ArrayList<>());

    CuttingServer(byte[] content, int cutAfter) throws IOException {
        this.content = content;
        this.cutAfter = cutAfter;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/image.raw", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/image.raw";
    }

    /** The header Range of each request. */
    List<@Nullable String> ranges() {
        return List.copyOf(
                ranges.stream().map(range -> range == null ? "" : range).toList());
    }

    /** The header Authorization of each request. */
    List<@Nullable String> authorizations() {
        return new ArrayList<>(authorizations);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        boolean first = ranges.isEmpty();
        ranges.add(range);
        authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
        int length = content.length - from;
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, length);
        OutputStream body = exchange.getResponseBody();
        body.write(content, from, first ? Math.min(length, cutAfter) : length);
        body.flush();
        // Closing it before all is written cuts the connection.
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
