package org.maintenancemanager.core.calendar;

import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Fetches what stands at an address that a person gave: not from private networks, not more than a limit, not for longer than
 * {@code manager.fetch.timeout}, and over at most three redirects, each of which is checked like the first address.
 */
@Component
class GuardedFetch implements DisposableBean {
    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(5);
    private static final int MAX_REDIRECTS = 3;
    private static final int CONNECTIONS = 8;

    private final AddressGuard guard;
    private final Duration timeout;
    private final CloseableHttpClient client;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("fetch-deadline").daemon().factory());

    GuardedFetch(
            @Value("${manager.fetch.allowed-hosts:}") List<String> allowedHosts,
            @Value("${manager.fetch.timeout:PT20S}") Duration timeout) {
        this.guard = new AddressGuard(allowedHosts);
        this.timeout = timeout;
        Timeout patience = Timeout.of(timeout);
        this.client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(guard)
                        .setMaxConnTotal(CONNECTIONS)
                        .setMaxConnPerRoute(CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT_TIMEOUT)
                                .setSocketTimeout(patience)
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(CONNECT_TIMEOUT)
                        .setResponseTimeout(patience)
                        .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                // What is small on the wire may be huge unpacked.
                .disableContentCompression()
                .setUserAgent("maintenance-manager")
                .build();
    }

    /** What was found. */
    sealed interface Answer {}

    /** @param etag and {@code lastModified} to be sent the next time */
    record Found(
            byte[] content, @Nullable String etag, @Nullable String lastModified) implements Answer {}

    record NotModified() implements Answer {}

    /**
     * Fetches, unless it is still what was fetched before.
     *
     * @param headers {@code If-None-Match} and {@code If-Modified-Since}
     * @param maxBytes of the content
     * @throws IOException whose message is a sentence on what went wrong
     */
    Answer fetch(URI address, Map<String, String> headers, int maxBytes) throws IOException {
        URI uri = address;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            guard.check(uri);
            var request = new HttpGet(uri);
            headers.forEach(request::setHeader);
            request.setHeader("Accept", "text/calendar, text/plain;q=0.5, */*;q=0.1");
            // The client's limits are on each step; this is on all of them together.
            ScheduledFuture<?> deadline =
                    deadlines.schedule(request::cancel, timeout.toMillis(), TimeUnit.MILLISECONDS);
            try {
                URI from = uri;
                Result result = client.execute(request, response -> result(from, request, response, maxBytes));
                if (result.redirect == null) {
                    return Objects.requireNonNull(result.answer);
                }
                uri = result.redirect;
            } catch (UnknownHostException e) {
                String message = e.getMessage();
                throw new IOException(
                        message != null && message.startsWith("Host ")
                                ? message
                                : "Host %s is unknown.".formatted(uri.getHost()),
                        e);
            } catch (AddressGuard.Refused e) {
                throw e;
            } catch (IOException | CancellationException e) {
                throw request.isCancelled()
                        ? new IOException("The server took longer than %d s.".formatted(timeout.toSeconds()), e)
                        : new IOException("The server could not be read: %s.".formatted(e.getMessage()), e);
            } finally {
                deadline.cancel(false);
            }
        }
        throw new IOException("There were more than %d redirects.".formatted(MAX_REDIRECTS));
    }

    private record Result(@Nullable URI redirect, @Nullable Answer answer) {}

    private static Result result(URI from, HttpGet request, ClassicHttpResponse response, int maxBytes)
            throws IOException {
        int status = response.getCode();
        if (status == 304) {
            return new Result(null, new NotModified());
        }
        if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
            String location = header(response, "Location");
            if (location == null) {
                throw new AddressGuard.Refused("The server redirects to nowhere.");
            }
            try {
                return new Result(from.resolve(location), null);
            } catch (IllegalArgumentException e) {
                throw new AddressGuard.Refused("The server redirects to what is no address.");
            }
        }
        HttpEntity entity = response.getEntity();
        if (status != 200 || entity == null) {
            throw new AddressGuard.Refused("The server answered with status %d.".formatted(status));
        }
        if (entity.getContentEncoding() != null && !"identity".equalsIgnoreCase(entity.getContentEncoding())) {
            throw new AddressGuard.Refused("The server compresses the content though it was not asked to.");
        }
        byte[] content = entity.getContentLength() > maxBytes
                ? new byte[maxBytes + 1]
                : entity.getContent().readNBytes(maxBytes + 1);
        if (content.length > maxBytes) {
            // Else the client would read the rest, to use the connection again.
            request.cancel();
            throw new AddressGuard.Refused("The content is larger than %d bytes.".formatted(maxBytes));
        }
        return new Result(null, new Found(content, header(response, "ETag"), header(response, "Last-Modified")));
    }

    private static @Nullable String header(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    @Override
    public void destroy() throws IOException {
        deadlines.shutdownNow();
        client.close();
    }
}
