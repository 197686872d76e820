package org.maintenancemanager.web.rest;

import java.net.URI;
import java.util.List;
import java.util.function.Function;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** Answers that all resources give alike. */
public final class Answers {
    private Answers() {}

    /** One object with its entity tag. */
    public static <T> ResponseEntity<T> of(T object, long version) {
        return ResponseEntity.ok().eTag(tag(version)).body(object);
    }

    /** What {@code If-Match} must say for this version. */
    public static String tag(long version) {
        return "\"" + version + "\"";
    }

    /**
     * Creates one object, or all of an array, or none.
     *
     * @param create takes all at once; names a wrong field with the item's index, {@code /17/name}
     * @param path of the collection, to which the id is added
     */
    public static <N, T> ResponseEntity<Object> created(
            JsonBody body, Class<N> type, Function<List<N>, List<T>> create, String path, Function<T, Object> id) {
        List<N> items = body.asItems(type);
        if (body.isArray()) {
            return ResponseEntity.status(HttpStatus.CREATED).body(create.apply(items));
        }
        try {
            T created = create.apply(items).getFirst();
            return ResponseEntity.created(URI.create(path + "/" + id.apply(created)))
                    .body(created);
        } catch (InvalidInput invalid) {
            throw new InvalidInput(
                    invalid.type(),
                    invalid.problems().stream()
                            .map(problem -> new FieldProblem(withoutIndex(problem.pointer()), problem.message()))
                            .toList());
        }
    }

    /** For the only object the client knows of no index. */
    private static String withoutIndex(String pointer) {
        return pointer.startsWith("/0") ? pointer.substring(2) : pointer;
    }
}
