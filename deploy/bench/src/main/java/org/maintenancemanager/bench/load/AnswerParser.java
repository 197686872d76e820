package org.maintenancemanager.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one HTTP/1.1 answer at a time out of a buffer: the status, how long the body is, whether the server closes the
 * connection. All other headers are passed over. One object serves one connection, and is used again for each answer.
 */
final class AnswerParser implements Answer {
    private static final byte[] VERSION = "http/1.1 ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] CONTENT_LENGTH = "content-length:".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] TRANSFER_ENCODING = "transfer-encoding:".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] CONNECTION_CLOSE = "connection: close".getBytes(StandardCharsets.ISO_8859_1);
    private static final int NO_LENGTH = -1;

    private int status;
    private boolean closes;
    private byte[] body = new byte[1024];
    private int bodyLength;
    private int end;

    @Override
    public int status() {
        return status;
    }

    @Override
    public int bodyLength() {
        return bodyLength;
    }

    @Override
    public byte bodyAt(int index) {
        return body[index];
    }

    /** Whether the server closes the connection after this answer. */
    boolean closes() {
        return closes;
    }

    /** Where the answer ended in the buffer. */
    int end() {
        return end;
    }

    /**
     * Reads the answer that starts at byte 0 of the buffer.
     *
     * @param filled how many bytes of the buffer have arrived
     * @return whether the answer is complete; when not, call again from its start once more has arrived
     * @throws MalformedAnswer when it is not an HTTP/1.1 answer whose end can be told
     */
    boolean parse(ByteBuffer buffer, int filled) throws MalformedAnswer {
        int line = endOfLine(buffer, 0, filled);
        if (line < 0) {
            return false;
        }
        status = status(buffer, line);
        closes = false;
        bodyLength = 0;
        int length = NO_LENGTH;
        boolean chunked = false;
        int start = line + 2;
        while (true) {
            line = endOfLine(buffer, start, filled);
            if (line < 0) {
                return false;
            }
            if (line == start) {
                break;
            }
            // The first letter rules out nearly every header without a comparison.
            switch (buffer.get(start) | 0x20) {
                case 'c' -> {
                    if (startsWith(buffer, start, line, CONTENT_LENGTH)) {
                        length = decimal(buffer, start + CONTENT_LENGTH.length, line);
                    } else if (startsWith(buffer, start, line, CONNECTION_CLOSE)) {
                        closes = true;
                    }
                }
                case 't' -> chunked |= startsWith(buffer, start, line, TRANSFER_ENCODING);
                default -> {}
            }
            start = line + 2;
        }
        int bodyStart = line + 2;
        if (status == 204 || status == 304) {
            end = bodyStart;
            return true;
        }
        if (chunked) {
            return parseChunks(buffer, bodyStart, filled);
        }
        if (length == NO_LENGTH) {
            throw new MalformedAnswer("answer %d has neither Content-Length nor chunks".formatted(status));
        }
        if (filled - bodyStart < length) {
            return false;
        }
        append(buffer, bodyStart, length);
        end = bodyStart + length;
        return true;
    }

    private boolean parseChunks(ByteBuffer buffer, int bodyStart, int filled) throws MalformedAnswer {
        int start = bodyStart;
        while (true) {
            int line = endOfLine(buffer, start, filled);
            if (line < 0) {
                return false;
            }
            int size = hexadecimal(buffer, start, line);
            int data = line + 2;
            if (filled - data < size + 2) {
                return false;
            }
            if (size == 0) {
                // Trailers are not asked for, so none come: the next line is the empty one.
                end = data + 2;
                return true;
            }
            append(buffer, data, size);
            start = data + size + 2;
        }
    }

    private void append(ByteBuffer buffer, int start, int length) {
        if (body.length - bodyLength < length) {
            body = Arrays.copyOf(body, Math.max(2 * body.length, bodyLength + length));
        }
        buffer.get(start, body, bodyLength, length);
        bodyLength += length;
    }

    private static int status(ByteBuffer buffer, int line) throws MalformedAnswer {
        if (line < VERSION.length + 3 || !startsWith(buffer, 0, line, VERSION)) {
            throw new MalformedAnswer("not an HTTP/1.1 status line");
        }
        return decimal(buffer, VERSION.length, VERSION.length + 3);
    }

    /** The index of the line's CR, or -1 when its end has not arrived. */
    private static int endOfLine(ByteBuffer buffer, int from, int filled) {
        for (int i = from; i < filled - 1; i++) {
            if (buffer.get(i) == '\r' && buffer.get(i + 1) == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Whether the line starts with the bytes, letters compared without case; {@code expected} is in lower case. */
    private static boolean startsWith(ByteBuffer buffer, int start, int line, byte[] expected) {
        if (line - start < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            int actual = buffer.get(start + i);
            if (actual != expected[i] && (actual < 'A' || actual > 'Z' || actual + 32 != expected[i])) {
                return false;
            }
        }
        return true;
    }

    private static int decimal(ByteBuffer buffer, int start, int end) throws MalformedAnswer {
        int value = 0;
        boolean any = false;
        for (int i = start; i < end; i++) {
            byte letter = buffer.get(i);
            if (letter == ' ') {
                continue;
            }
            int digit = letter - '0';
            if (digit < 0 || digit > 9 || value > 100_000_000) {
                throw new MalformedAnswer("not a number of a sensible size");
            }
            value = 10 * value + digit;
            any = true;
        }
        if (!any) {
            throw new MalformedAnswer("an empty number");
        }
        return value;
    }

    private static int hexadecimal(ByteBuffer buffer, int start, int end) throws MalformedAnswer {
        int value = 0;
        for (int i = start; i < end && buffer.get(i) != ';'; i++) {
            int digit = Character.digit(buffer.get(i), 16);
            if (digit < 0 || value > 0xffffff) {
                throw new MalformedAnswer("not a chunk size");
            }
            value = 16 * value + digit;
        }
        return value;
    }

    /** The server said something that this client does not understand. */
    static final class MalformedAnswer extends Exception {
        private static final long serialVersionUID = 1;

        MalformedAnswer(String message) {
            super(message);
        }
    }
}
