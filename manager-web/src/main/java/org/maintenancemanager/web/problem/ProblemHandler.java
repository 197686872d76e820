package org.maintenancemanager.web.problem;

import jakarta.persistence.OptimisticLockException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.ConstraintViolationException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.DatabaseAway;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.query.UnstorableText;
import org.maintenancemanager.core.update.Overloaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;

/**
 * Turns whatever a handler throws into a problem. A handler class with an advice of its own, of a higher order, may tell
 * more of its own failures first.
 */
@RestControllerAdvice
@Order
class ProblemHandler {
    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    /** What is to be answered. */
    private record Answer(ProblemType type, @Nullable String detail, List<FieldError> errors) {
        static Answer of(ProblemType type, @Nullable String detail) {
            return new Answer(type, detail, List.of());
        }

        static Answer at(String pointer, String detail) {
            return new Answer(ProblemType.INVALID_REQUEST, null, List.of(new FieldError(pointer, detail)));
        }
    }

    @ExceptionHandler(Exception.class)
    void answer(Exception failure, HttpServletRequest request, HttpServletResponse response) throws Exception {
        if (failure instanceof AccessDeniedException
                || failure instanceof AuthenticationException
                || failure instanceof AsyncRequestNotUsableException) {
            // The security filters answer the former two; for the last, nobody is there to be answered.
            throw failure;
        }
        // A handler that chose a media type before it failed must not bind the problem to it.
        request.removeAttribute(HandlerMapping.PRODUCIBLE_MEDIA_TYPES_ATTRIBUTE);
        Answer answer = answerTo(failure, response);
        if (answer.type() == ProblemType.INTERNAL) {
            log.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
        }
        write(response, answer);
    }

    private static void write(HttpServletResponse response, Answer answer) throws IOException {
        ProblemWriter.write(response, answer.type(), answer.detail(), answer.errors());
    }

    private static Answer answerTo(Exception failure, HttpServletResponse response) {
        return switch (failure) {
            case ProblemException problem -> {
                problem.headers().forEach(response::setHeader);
                yield new Answer(problem.type(), problem.getMessage(), problem.errors());
            }
            case InvalidInput invalid ->
                new Answer(
                        invalid.type(),
                        null,
                        invalid.problems().stream()
                                .map(problem -> new FieldError(problem.pointer(), problem.message()))
                                .toList());
            case NotFound missing ->
                Answer.of(ProblemType.NOT_FOUND, "There is no %s %s.".formatted(missing.kind(), missing.id()));
            case Conflict conflict -> {
                if (conflict.type() == ProblemType.UNAVAILABLE) {
                    response.setHeader("Retry-After", String.valueOf(ProblemWriter.UNSERVED_RETRY_SECONDS));
                }
                yield Answer.of(conflict.type(), conflict.detail());
            }
            case StaleVersion stale ->
                Answer.of(
                        ProblemType.PRECONDITION_FAILED,
                        "The %s %s has another version by now.".formatted(stale.kind(), stale.id()));
            case Overloaded overloaded -> {
                response.setHeader("Retry-After", String.valueOf(overloaded.retryAfterSeconds()));
                yield Answer.of(ProblemType.UNAVAILABLE, "As many are being served as can be at once.");
            }
            case HttpMessageNotReadableException unreadable -> unreadable(unreadable);
            case MethodArgumentNotValidException invalid ->
                new Answer(
                        ProblemType.INVALID_REQUEST,
                        null,
                        invalid.getFieldErrors().stream()
                                .map(error -> new FieldError(
                                        pointer(error.getField()), String.valueOf(error.getDefaultMessage())))
                                .toList());
            case ConstraintViolationException invalid ->
                new Answer(
                        ProblemType.INVALID_REQUEST,
                        null,
                        invalid.getConstraintViolations().stream()
                                .map(violation -> new FieldError(
                                        pointer(violation.getPropertyPath().toString()), violation.getMessage()))
                                .toList());
            case MethodArgumentTypeMismatchException mismatch ->
                // An id that cannot be one names no object.
                mismatch.getParameter().hasParameterAnnotation(PathVariable.class)
                        ? Answer.of(
                                ProblemType.NOT_FOUND,
                                "'%s' is no valid %s.".formatted(mismatch.getValue(), mismatch.getName()))
                        : Answer.at("/" + mismatch.getName(), "'%s' is not allowed".formatted(mismatch.getValue()));
            case MissingServletRequestParameterException missing ->
                Answer.at("/" + missing.getParameterName(), "is required");
            case HttpRequestMethodNotSupportedException wrong -> {
                String[] allowed = wrong.getSupportedMethods();
                String list = allowed == null ? "" : String.join(", ", allowed);
                response.setHeader("Allow", list);
                yield Answer.of(ProblemType.METHOD_NOT_ALLOWED, "Allowed are: %s.".formatted(list));
            }
            case HttpMediaTypeNotSupportedException wrong ->
                Answer.of(
                        ProblemType.UNSUPPORTED_MEDIA_TYPE,
                        "Supported are: %s.".formatted(names(wrong.getSupportedMediaTypes())));
            case HttpMediaTypeNotAcceptableException wrong ->
                Answer.of(
                        ProblemType.NOT_ACCEPTABLE,
                        "Available are: %s.".formatted(names(wrong.getSupportedMediaTypes())));
            case OptimisticLockingFailureException stale ->
                Answer.of(ProblemType.PRECONDITION_FAILED, "It has another version by now.");
            case DataIntegrityViolationException refused -> conflict(refused);
            // The same two from the entity manager itself, which nobody translates.
            case OptimisticLockException stale ->
                Answer.of(ProblemType.PRECONDITION_FAILED, "It has another version by now.");
            case org.hibernate.exception.ConstraintViolationException refused -> conflict(refused);
            case ErrorResponse known -> Answer.of(typeOf(known.getStatusCode().value()), null);
            default ->
                DatabaseAway.caused(failure) ? unavailable(response, failure) : Answer.of(ProblemType.INTERNAL, null);
        };
    }

    /** The checks before it should have found it; what slips through is a race with another call. */
    private static Answer conflict(Exception refused) {
        if (UnstorableText.caused(refused)) {
            return Answer.of(ProblemType.INVALID_REQUEST, "A text " + UnstorableText.DETAIL + ".");
        }
        log.warn(
                "the database refused a change: {}",
                String.valueOf(NestedExceptionUtils.getMostSpecificCause(refused)));
        return Answer.of(
                ProblemType.CONFLICT, "Another call changed the same objects meanwhile; load them and try again.");
    }

    private static Answer unavailable(HttpServletResponse response, Exception failure) {
        log.warn("the database did not serve a call: {}", failure.toString());
        response.setHeader("Retry-After", String.valueOf(ProblemWriter.UNSERVED_RETRY_SECONDS));
        return Answer.of(ProblemType.UNAVAILABLE, ProblemWriter.UNSERVED);
    }

    private static Answer unreadable(HttpMessageNotReadableException unreadable) {
        return switch (unreadable.getCause()) {
            case ProblemException problem -> new Answer(problem.type(), problem.getMessage(), problem.errors());
            case StreamReadException broken ->
                Answer.of(
                        ProblemType.MALFORMED_BODY,
                        "Line %d, column %d: %s"
                                .formatted(
                                        broken.getLocation().getLineNr(),
                                        broken.getLocation().getColumnNr(),
                                        broken.getOriginalMessage()));
            case JacksonException wrong -> Answer.at(JsonProblems.pointer(wrong), JsonProblems.detail(wrong));
            case null -> Answer.of(ProblemType.MALFORMED_BODY, "A JSON body is required.");
            default -> Answer.of(ProblemType.MALFORMED_BODY, null);
        };
    }

    /** The first type with this status; those are the general ones. */
    private static ProblemType typeOf(int status) {
        for (ProblemType type : ProblemType.values()) {
            if (type.httpStatus() == status) {
                return type;
            }
        }
        return status < 500 ? ProblemType.INVALID_REQUEST : ProblemType.INTERNAL;
    }

    /** {@code waves[0].percent} as {@code /waves/0/percent}. */
    private static String pointer(String path) {
        return "/" + path.replace("[", ".").replace("]", "").replace('.', '/');
    }

    private static String names(List<MediaType> types) {
        return types.stream().map(MediaType::toString).collect(Collectors.joining(", "));
    }
}
