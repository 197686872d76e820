package org.maintenancemanager.web.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.UnstorableText;
import org.maintenancemanager.web.problem.ProblemException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.unit.DataSize;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The parameters that handler methods of the admin API may have beyond Spring's own. */
@Configuration(proxyBeanMethods = false)
class RestArguments implements WebMvcConfigurer {
    private final StrictJson json;
    private final BodyLimit limit;

    /** @param maxBody the largest body of a call of the admin API, artifacts apart */
    RestArguments(StrictJson json, @Value("${manager.admin-api.max-body:16MB}") DataSize maxBody) {
        this.json = json;
        this.limit = new BodyLimit(Math.toIntExact(maxBody.toBytes()));
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new JsonBodies());
        resolvers.add(new IfMatches());
        resolvers.add(new ListRequests());
    }

    private static HttpServletRequest servlet(NativeWebRequest request) {
        HttpServletRequest servlet = request.getNativeRequest(HttpServletRequest.class);
        if (servlet == null) {
            throw new IllegalStateException("expected an HTTP request, found " + request);
        }
        return servlet;
    }

    private final class JsonBodies implements HandlerMethodArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.nestedIfOptional().getNestedParameterType() == JsonBody.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders)
                throws IOException, HttpMediaTypeNotSupportedException {
            HttpServletRequest servlet = servlet(request);
            boolean optional = parameter.isOptional();
            if (optional && servlet.getContentLengthLong() <= 0 && servlet.getHeader("Transfer-Encoding") == null) {
                return Optional.empty();
            }
            MediaType type = mediaType(servlet.getContentType());
            if (type == null || !isJson(type)) {
                throw new HttpMediaTypeNotSupportedException(type, List.of(MediaType.APPLICATION_JSON));
            }
            var body = new JsonBody(json, json.tree(limit.read(servlet)));
            return optional ? Optional.of(body) : body;
        }

        private static @Nullable MediaType mediaType(@Nullable String text) {
            try {
                return text == null ? null : MediaType.parseMediaType(text);
            } catch (InvalidMediaTypeException e) {
                return null;
            }
        }

        /** Which JSON type a handler takes is said by its mapping. */
        private static boolean isJson(MediaType type) {
            return type.getSubtype().equals("json") || type.getSubtype().endsWith("+json");
        }
    }

    private static final class IfMatches implements HandlerMethodArgumentResolver {
        private static final Pattern TAG = Pattern.compile("\"(\\d{1,18})\"");

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == IfMatch.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            String header = request.getHeader("If-Match");
            if (header == null) {
                throw ProblemException.of(ProblemType.PRECONDITION_REQUIRED, (String) null);
            }
            Matcher tag = TAG.matcher(header.strip());
            if (!tag.matches()) {
                throw ProblemException.of(
                        ProblemType.PRECONDITION_FAILED, "If-Match is not an ETag of this object, such as \"3\".");
            }
            return new IfMatch(Long.parseLong(tag.group(1)));
        }
    }

    private static final class ListRequests implements HandlerMethodArgumentResolver {
        private static final Set<String> NAMES = Set.of("filter", "sort", "cursor", "limit");

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == ListRequest.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            Set<String> allowed = new TreeSet<>(NAMES);
            if (parameter.getMethod() != null) {
                Arrays.stream(parameter.getMethod().getParameters())
                        .filter(other -> other.isAnnotationPresent(RequestParam.class))
                        .forEach(other -> allowed.add(other.getName()));
            }
            // A misspelt filter would otherwise list everything.
            servlet(request).getParameterMap().forEach((name, values) -> {
                if (!allowed.contains(name)) {
                    throw invalid(name, "is not known here; allowed are " + String.join(", ", allowed));
                }
                if (values[0].indexOf('\0') >= 0) {
                    throw invalid(name, UnstorableText.DETAIL);
                }
                if (values.length > 1) {
                    throw invalid(name, "stands there %d times; allowed is one".formatted(values.length));
                }
            });
            return ListRequest.of(
                    request.getParameter("filter"),
                    request.getParameter("sort"),
                    request.getParameter("cursor"),
                    limit(request.getParameter("limit")));
        }

        private static @Nullable Integer limit(@Nullable String text) {
            try {
                return text == null ? null : Integer.valueOf(text);
            } catch (NumberFormatException e) {
                throw invalid("limit", "is not a number; allowed are 1 to %d".formatted(ListRequest.MAX_LIMIT));
            }
        }

        private static ProblemException invalid(String name, String detail) {
            return ProblemException.of(ProblemType.INVALID_REQUEST, List.of(new FieldError("/" + name, detail)));
        }
    }
}
