package org.maintenancemanager.core.query;

/** There is no such object in the tenant of the call. */
@SuppressWarnings("serial")
public final class NotFound extends RuntimeException {
    private final String kind;
    private final String id;

    /** @param kind the word of the domain, {@code node} */
    public NotFound(String kind, String id) {
        super("there is no " + kind + " " + id);
        this.kind = kind;
        this.id = id;
    }

    public String kind() {
        return kind;
    }

    public String id() {
        return id;
    }
}
