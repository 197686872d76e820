package org.maintenancemanager.core.query;

import java.util.List;
import java.util.stream.Collectors;
import org.maintenancemanager.api.problem.ProblemType;

/** The request says something that cannot be done as said; nothing was changed. */
@SuppressWarnings("serial")
public final class InvalidInput extends RuntimeException {
    private final ProblemType type;
    private final List<FieldProblem> problems;

    /** @param problems at least one */
    public InvalidInput(List<FieldProblem> problems) {
        this(ProblemType.INVALID_REQUEST, problems);
    }

    public InvalidInput(ProblemType type, List<FieldProblem> problems) {
        super(problems.stream()
                .map(problem -> problem.pointer() + ": " + problem.message())
                .collect(Collectors.joining("; ")));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("expected at least one problem, found none");
        }
        this.type = type;
        this.problems = List.copyOf(problems);
    }

    /** With a single problem. */
    public static InvalidInput at(String pointer, String message) {
        return new InvalidInput(List.of(new FieldProblem(pointer, message)));
    }

    static InvalidInput at(ProblemType type, String pointer, String message) {
        return new InvalidInput(type, List.of(new FieldProblem(pointer, message)));
    }

    /** Throws if there is any problem. */
    public static void throwIfAny(List<FieldProblem> problems) {
        if (!problems.isEmpty()) {
            throw new InvalidInput(problems);
        }
    }

    public ProblemType type() {
        return type;
    }

    public List<FieldProblem> problems() {
        return problems;
    }
}
