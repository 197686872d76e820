package org.maintenancemanager.core.query;

/** Somebody else changed the object since the caller loaded it; nothing was changed. */
@SuppressWarnings("serial")
public final class StaleVersion extends RuntimeException {
    private final String kind;
    private final String id;

    public StaleVersion(String kind, String id) {
        super(kind + " " + id + " was changed by someone else");
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
