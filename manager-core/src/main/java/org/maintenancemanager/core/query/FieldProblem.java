package org.maintenancemanager.core.query;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer JSON pointer into the request, {@code /waves/0/percent}; for a query parameter its name, {@code /filter}
 * @param message what was found and what is allowed, for the person who sent it
 */
public record FieldProblem(String pointer, String message) {}
