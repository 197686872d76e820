package org.maintenancemanager.core.query;

/** The comparisons that filters and selectors know. */
public enum Operator {
    EQUAL("=="),
    NOT_EQUAL("!="),
    GREATER("=gt="),
    GREATER_OR_EQUAL("=ge="),
    LESS("=lt="),
    LESS_OR_EQUAL("=le="),
    IN("=in="),
    NOT_IN("=out=");

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    public String symbol() {
        return symbol;
    }

    /** Whether it compares the order of two values. */
    public boolean isOrdering() {
        return this == GREATER || this == GREATER_OR_EQUAL || this == LESS || this == LESS_OR_EQUAL;
    }

    /** Whether it is true where its counterpart is not: also where there is no value. */
    public boolean isNegative() {
        return this == NOT_EQUAL || this == NOT_IN;
    }
}
