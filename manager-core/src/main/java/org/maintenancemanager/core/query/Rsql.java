package org.maintenancemanager.core.query;

import cz.jirutka.rsql.parser.RSQLParser;
import cz.jirutka.rsql.parser.RSQLParserException;
import cz.jirutka.rsql.parser.UnknownOperatorException;
import cz.jirutka.rsql.parser.ast.AndNode;
import cz.jirutka.rsql.parser.ast.Arity;
import cz.jirutka.rsql.parser.ast.ComparisonNode;
import cz.jirutka.rsql.parser.ast.ComparisonOperator;
import cz.jirutka.rsql.parser.ast.Node;
import cz.jirutka.rsql.parser.ast.OrNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maintenancemanager.api.problem.ProblemType;

/** Reads RSQL, within bounds that keep a hostile text cheap. */
public final class Rsql {
    public static final int MAX_LENGTH = 4000;

    /** The parser calls itself for each parenthesis. */
    static final int MAX_DEPTH = 20;

    static final int MAX_COMPARISONS = 200;

    /** A comma is "or", a semicolon is "and". */
    private static final String EXAMPLE = "for example name==edge-*;state==ACTIVE";

    private static final Map<ComparisonOperator, Operator> OPERATORS = operators();
    private static final RSQLParser PARSER = new RSQLParser(OPERATORS.keySet());
    private static final Pattern COLUMN = Pattern.compile("column (\\d+)");

    private final String text;
    private final String pointer;
    /** The text with every quoted value blanked out, so that names can be looked for. */
    private final String bare;

    private int searchFrom;
    private int comparisons;

    private Rsql(String text, String pointer, String bare) {
        this.text = text;
        this.pointer = pointer;
        this.bare = bare;
    }

    /**
     * Reads a text.
     *
     * @param pointer what problems point to
     * @throws InvalidInput with the position of the first mistake
     */
    public static Expression parse(String text, String pointer) {
        if (text.isBlank()) {
            throw problem(pointer, "is empty; expected a comparison, " + EXAMPLE);
        }
        if (text.length() > MAX_LENGTH) {
            throw problem(pointer, "has %d characters; at most %d are allowed".formatted(text.length(), MAX_LENGTH));
        }
        return new Rsql(text, pointer, bare(text, pointer)).read();
    }

    /** A problem with a filter, selector or sort. */
    public static InvalidInput problem(String pointer, String message) {
        return InvalidInput.at(ProblemType.INVALID_FILTER, pointer, message);
    }

    private Expression read() {
        Node root;
        try {
            root = PARSER.parse(text);
        } catch (RSQLParserException e) {
            throw problem(pointer, mistake(e));
        }
        return convert(root);
    }

    private String mistake(RSQLParserException e) {
        if (e.getCause() instanceof UnknownOperatorException unknown) {
            String operator = unknown.getOperator();
            return "position %d: unknown operator '%s'; allowed are %s"
                    .formatted(bare.indexOf(operator) + 1, operator, symbols());
        }
        Matcher column = COLUMN.matcher(String.valueOf(e.getMessage()));
        // A lexical error counts columns from 0 behind the character; the text's end is the farthest there is.
        int position = column.find() ? Math.min(Integer.parseInt(column.group(1)), text.length() + 1) : 1;
        String found = position > text.length() ? "the end" : "'" + text.charAt(Math.max(0, position - 1)) + "'";
        return "position %d: cannot be read from %s on; expected comparisons joined by ; (and) or , (or), %s"
                .formatted(position, found, EXAMPLE);
    }

    private Expression convert(Node node) {
        return switch (node) {
            case AndNode and -> new Expression.And(convertAll(and.getChildren()));
            case OrNode or -> new Expression.Or(convertAll(or.getChildren()));
            case ComparisonNode comparison -> convert(comparison);
            default -> throw new IllegalStateException("the RSQL parser made a node of " + node.getClass());
        };
    }

    private List<Expression> convertAll(List<Node> nodes) {
        List<Expression> parts = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            parts.add(convert(node));
        }
        return parts;
    }

    private Expression convert(ComparisonNode node) {
        if (++comparisons > MAX_COMPARISONS) {
            throw problem(pointer, "has more than %d comparisons".formatted(MAX_COMPARISONS));
        }
        Operator operator = OPERATORS.get(node.getOperator());
        if (operator == null) {
            throw new IllegalStateException("the RSQL parser made the operator " + node.getOperator());
        }
        return new Expression.Comparison(
                node.getSelector(), operator, node.getArguments(), position(node.getSelector()));
    }

    /** The parser keeps no positions, but it hands out the comparisons in the order of the text. */
    private int position(String field) {
        Matcher name = Pattern.compile("(?<![^(;,\\s])" + Pattern.quote(field) + "\\s*[=!<>]")
                .matcher(bare);
        if (!name.find(searchFrom)) {
            return 1;
        }
        searchFrom = name.end();
        return name.start() + 1;
    }

    private static String bare(String text, String pointer) {
        var bare = new StringBuilder(text);
        char quote = 0;
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c) && !isPaired(text, i)) {
                throw problem(pointer, "position %d: control characters are not allowed".formatted(i + 1));
            }
            if (quote != 0) {
                bare.setCharAt(i, '_');
                if (c == '\\' && i + 1 < text.length()) {
                    bare.setCharAt(++i, '_');
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                bare.setCharAt(i, '_');
            } else if (c == '(' && ++depth > MAX_DEPTH) {
                throw problem(
                        pointer, "position %d: more than %d parentheses within each other".formatted(i + 1, MAX_DEPTH));
            } else if (c == ')') {
                depth--;
            }
        }
        return bare.toString();
    }

    private static boolean isPaired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    private static String symbols() {
        return Stream.of(Operator.values()).map(Operator::symbol).collect(Collectors.joining(" "));
    }

    private static Map<ComparisonOperator, Operator> operators() {
        Map<ComparisonOperator, Operator> operators = new HashMap<>();
        for (Operator operator : Operator.values()) {
            Arity arity = switch (operator) {
                case IN, NOT_IN -> Arity.of(1, Integer.MAX_VALUE);
                case EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> Arity.nary(1);
            };
            operators.put(new ComparisonOperator(operator.symbol(), arity), operator);
        }
        return Map.copyOf(operators);
    }
}
