package org.maintenancemanager.web.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.problem.ProblemException;

/** The bytes of an upload, as they come from the network; tells a client that went away from a disk that failed. */
final class UploadBody extends FilterInputStream {
    private final @Nullable Long announced;
    private boolean broken;

    private UploadBody(InputStream bytes, @Nullable Long announced) {
        super(bytes);
        this.announced = announced;
    }

    static UploadBody of(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        return new UploadBody(request.getInputStream(), length < 0 ? null : length);
    }

    /** Whoever takes the bytes, and how many were announced, if any. */
    interface Taker<T> {
        T take(@Nullable Long announced, InputStream bytes) throws IOException;
    }

    <T> T read(Taker<T> taker) throws IOException {
        try {
            return taker.take(announced, this);
        } catch (IOException e) {
            if (broken) {
                throw ProblemException.of(ProblemType.INVALID_REQUEST, "The body broke off; send it again.");
            }
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }
}
