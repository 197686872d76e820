package org.maintenancemanager.web.rest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.Caller;
import org.maintenancemanager.core.access.IdempotentAnswers;
import org.maintenancemanager.core.access.IdempotentAnswers.Answer;
import org.maintenancemanager.core.access.IdempotentAnswers.Claim;
import org.maintenancemanager.core.query.DatabaseAway;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.web.problem.ProblemException;
import org.maintenancemanager.web.problem.ProblemWriter;
import org.maintenancemanager.web.security.SessionCookie;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code Idempotency-Key} on POST of JSON under {@code /api/}: the same request with the same key is done once, and answered
 * alike each time. Opens the transaction of the work, so that work and answer are kept together or not at all. Failures are
 * not kept: nothing happened, so the same key may try again.
 */
@Component
@Order(0) // behind the security filters
class IdempotencyFilter extends OncePerRequestFilter {
    static final String HEADER = "Idempotency-Key";
    private static final String REPLAYED = "Idempotency-Replayed";
    private static final List<String> KEPT_HEADERS = List.of("Location", "ETag", "Content-Type");
    private static final int LONGEST_KEY = 200;
    private static final int RETRY_SECONDS = 1;

    private final IdempotentAnswers answers;
    private final TransactionTemplate transaction;
    private final JsonMapper json;
    private final BodyLimit limit;
    /** At most as many as there were requests under way when the database went away. */
    private final Map<Claim.Mine, CallContext> unreleased = new ConcurrentHashMap<>();

    IdempotencyFilter(
            IdempotentAnswers answers,
            PlatformTransactionManager transactions,
            JsonMapper json,
            @Value("${manager.admin-api.max-body:16MB}") DataSize maxBody) {
        this.answers = answers;
        this.transaction = new TransactionTemplate(transactions);
        this.json = json;
        this.limit = new BodyLimit(Math.toIntExact(maxBody.toBytes()));
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String type = request.getContentType();
        return request.getHeader(HEADER) == null
                || !request.getMethod().equals("POST")
                || !request.getRequestURI().startsWith("/api/")
                || type != null && !type.contains("json");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Caller caller = caller();
        if (caller == null) {
            chain.doFilter(request, response);
            return;
        }
        try {
            String key = key(request);
            byte[] body = limit.read(request);
            var seal = new AnswerSeal(secret(request), key);
            switch (answers.claim(caller.id(), key, sha256(request, body))) {
                case Claim.Mine mine -> work(mine, seal, new ReadRequest(request, body), response, chain);
                case Claim.Answered answered -> replay(answered.answer(), seal, response);
                case Claim.UnderWay underWay -> {
                    response.setIntHeader("Retry-After", RETRY_SECONDS);
                    ProblemWriter.write(
                            response,
                            ProblemType.ILLEGAL_STATE,
                            "The first request with this Idempotency-Key is still under way.");
                }
                case Claim.OtherRequest other -> ProblemWriter.write(response, ProblemType.IDEMPOTENCY_MISMATCH, null);
            }
        } catch (ProblemException problem) {
            ProblemWriter.write(response, problem.type(), problem.getMessage(), problem.errors());
        }
    }

    private void work(
            Claim.Mine claim,
            AnswerSeal seal,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws IOException, ServletException {
        var kept = new ContentCachingResponseWrapper(response);
        boolean done = false;
        boolean broken = false;
        boolean away = false;
        try {
            done = Boolean.TRUE.equals(transaction.execute(status -> {
                try {
                    chain.doFilter(request, kept);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (ServletException e) {
                    throw new IllegalStateException(e);
                }
                if (kept.getStatus() >= HttpServletResponse.SC_BAD_REQUEST) {
                    status.setRollbackOnly();
                    return false;
                }
                answers.answer(claim, answerIn(kept, seal));
                return true;
            }));
        } catch (DataAccessException | TransactionException failed) {
            away = DatabaseAway.caused(failed);
            broken = !away;
            if (away) {
                logger.warn("the work of an idempotent request could not be committed: " + failed);
            } else {
                logger.error("the work of an idempotent request could not be committed", failed);
            }
        } finally {
            // Before the answer leaves: whoever has it may try again with the same key at once.
            if (!done) {
                release(claim);
            }
        }
        if (away) {
            // It is open whether it was committed. Whoever tries again with the same key is told which.
            ProblemWriter.writeUnserved(response);
        } else if (broken) {
            ProblemWriter.write(response, ProblemType.INTERNAL, null);
        } else {
            kept.copyBodyToResponse();
        }
    }

    private void release(Claim.Mine claim) {
        try {
            answers.release(claim);
        } catch (DataAccessException | TransactionException later) {
            unreleased.put(claim, CallContext.current());
        }
    }

    /** What could not be given free while the database was away. Lost with this replica, the key is free after minutes. */
    @Scheduled(fixedDelayString = "PT1S")
    void releaseWhatIsLeft() {
        unreleased.forEach((claim, context) -> {
            try {
                context.run(() -> answers.release(claim));
                unreleased.remove(claim);
            } catch (DataAccessException | TransactionException stillAway) {
                logger.debug("an idempotency key could not be given free, trying again", stillAway);
            }
        });
    }

    private Answer answerIn(ContentCachingResponseWrapper response, AnswerSeal seal) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : KEPT_HEADERS) {
            String value = name.equals("Content-Type") ? response.getContentType() : response.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        byte[] body = response.getContentAsByteArray();
        return new Answer(
                response.getStatus(), json.writeValueAsString(headers), body.length == 0 ? null : seal.close(body));
    }

    private void replay(Answer answer, AnswerSeal seal, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        json.readValue(answer.headers(), new TypeReference<Map<String, String>>() {})
                .forEach(response::setHeader);
        response.setHeader(REPLAYED, "true");
        if (answer.body() != null) {
            byte[] body = seal.open(answer.body());
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }

    /** What the caller proved itself with, which is not in the database: a token, or the session's secret. */
    private static String secret(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        return authorization != null
                ? authorization
                : SessionCookie.read(request)
                        .orElseThrow(() -> new IllegalStateException("expected a known caller to bring a credential"))
                        .text();
    }

    private static @Nullable Caller caller() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Caller caller ? caller : null;
    }

    private static String key(HttpServletRequest request) {
        String key = request.getHeader(HEADER);
        if (key == null
                || key.isEmpty()
                || key.length() > LONGEST_KEY
                || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw ProblemException.of(
                    ProblemType.INVALID_REQUEST,
                    List.of(new FieldError(
                            "/" + HEADER, "must be 1 to %d printable ASCII characters".formatted(LONGEST_KEY))));
        }
        return key;
    }

    private static byte[] sha256(HttpServletRequest request, byte[] body) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            String line = request.getRequestURI() + '?' + request.getQueryString() + '\n';
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** A request whose body was read already. */
    private static final class ReadRequest extends HttpServletRequestWrapper {
        private final byte[] body;

        ReadRequest(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public ServletInputStream getInputStream() {
            var bytes = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new IllegalStateException("this body is read at once");
                }

                @Override
                public int read() {
                    return bytes.read();
                }

                @Override
                public int read(byte[] into, int offset, int length) {
                    return bytes.read(into, offset, length);
                }
            };
        }
    }
}
