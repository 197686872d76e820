package org.maintenancemanager.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The runs of each figure, their medians and ratios. */
final class Scoreboard {
    private final int nodes;
    private final Map<Figure, List<Double>> runs = new EnumMap<>(Figure.class);
    private final List<String> notes = new ArrayList<>();

    /** One figure beside another. */
    private record Ratio(String key, String title, Figure ours, Figure other) {}

    private static final List<Ratio> RATIOS = List.of(
            new Ratio("ratio.poll_to_liveness", "polls / liveness", Figure.POLLS, Figure.LIVENESS),
            new Ratio("ratio.poll_to_unauthenticated", "polls / refused polls", Figure.POLLS, Figure.REFUSED),
            new Ratio("ratio.report_to_pgbench", "reports / pgbench", Figure.REPORTS, Figure.PGBENCH),
            new Ratio(
                    "ratio.report_to_pgbench_prepared",
                    "reports / pgbench prepared",
                    Figure.REPORTS,
                    Figure.PGBENCH_PREPARED),
            new Ratio("ratio.grant_to_pgbench", "permits / pgbench", Figure.GRANTS, Figure.PGBENCH),
            new Ratio(
                    "ratio.list_to_small", "a page of a million / a list of one", Figure.LIST_PAGE, Figure.LIST_SMALL),
            new Ratio(
                    "ratio.filtered_to_list",
                    "the slowest filter / no filter",
                    Figure.LIST_FILTERED,
                    Figure.LIST_PAGE));

    /** A scoreboard of runs against so many nodes. */
    Scoreboard(int nodes) {
        this.nodes = nodes;
    }

    void add(Figure figure, double value) {
        runs.computeIfAbsent(figure, key -> new ArrayList<>()).add(value);
    }

    /** A sentence that belongs below the table, for example why a figure is missing. */
    void note(String sentence) {
        notes.add(sentence);
    }

    /** The middle run, or the mean of the two middle ones; empty when the figure was not measured. */
    OptionalDouble median(Figure figure) {
        List<Double> sorted = new ArrayList<>(runs.getOrDefault(figure, List.of()));
        if (sorted.isEmpty()) {
            return OptionalDouble.empty();
        }
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        boolean odd = sorted.size() % 2 == 1;
        return OptionalDouble.of(odd ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }

    /** A table in Markdown, which reads well in a terminal too. */
    String table() {
        var rows = new ArrayList<String[]>();
        rows.add(new String[] {"figure", "median", "runs", "aim"});
        for (Figure figure : Figure.values()) {
            OptionalDouble median = median(figure);
            if (median.isPresent()) {
                rows.add(new String[] {
                    figure.title(nodes),
                    number(figure, median.getAsDouble()) + figure.unit().suffix(),
                    String.join(
                            "  ",
                            runs.getOrDefault(figure, List.of()).stream()
                                    .map(run -> number(figure, run))
                                    .toList()),
                    figure.aim()
                });
            }
        }
        for (Ratio ratio : RATIOS) {
            OptionalDouble value = value(ratio);
            if (value.isPresent()) {
                rows.add(new String[] {ratio.title(), ratioNumber(value.getAsDouble()), "", ""});
            }
        }
        var table = new StringBuilder(lines(rows));
        for (String note : notes) {
            table.append('\n').append(note).append('\n');
        }
        return table.toString();
    }

    /** The medians and ratios for programs: {@code key=value}, one a line, always with a decimal point. */
    String keyValueLines() {
        var lines = new StringBuilder();
        for (Figure figure : Figure.values()) {
            median(figure)
                    .ifPresent(median -> lines.append(String.format(
                            Locale.ROOT, "%s=%." + figure.unit().decimals() + "f%n", figure.key(), median)));
        }
        for (Ratio ratio : RATIOS) {
            value(ratio)
                    .ifPresent(value -> lines.append(ratio.key())
                            .append('=')
                            .append(ratioNumber(value))
                            .append('\n'));
        }
        return lines.toString();
    }

    private OptionalDouble value(Ratio ratio) {
        OptionalDouble ours = median(ratio.ours());
        OptionalDouble other = median(ratio.other());
        return ours.isPresent() && other.isPresent() && other.getAsDouble() > 0
                ? OptionalDouble.of(ours.getAsDouble() / other.getAsDouble())
                : OptionalDouble.empty();
    }

    private static String number(Figure figure, double value) {
        return String.format(Locale.ROOT, "%,." + figure.unit().decimals() + "f", value);
    }

    private static String ratioNumber(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String lines(List<String[]> rows) {
        int[] widths = new int[4];
        for (String[] row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        var lines = new StringBuilder();
        for (int row = 0; row < rows.size(); row++) {
            String[] cells = rows.get(row);
            lines.append(String.format(
                    "| %-" + widths[0] + "s | %" + widths[1] + "s | %-" + widths[2] + "s | %-" + Math.max(1, widths[3])
                            + "s |%n",
                    (Object[]) cells));
            if (row == 0) {
                for (int width : widths) {
                    lines.append("|").append("-".repeat(Math.max(1, width) + 2));
                }
                lines.append("|\n");
            }
        }
        return lines.toString();
    }
}
