package org.maintenancemanager.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulatorTest {
    /** As many as one likes, from any one on: {@code -Dsimulator.seeds=1000 -Dsimulator.seed=1}. */
    private static final int SEEDS = Integer.getInteger("simulator.seeds", 200);

    private static final long FIRST = Long.getLong("simulator.seed", 1);

    /** A bug that one script alone shows is shown by luck. */
    private static final int SEVERAL = 3;

    @Test
    void everyInvariantHoldsInEverySeed() {
        assertThat(new Minimizer(Model::new).report(FIRST, SEEDS)).isNull();
    }

    private static final Path PAGE = Path.of("../docs/simulator.md");

    static List<String> mutants() {
        return List.copyOf(Mutants.ALL.keySet());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void everyMutantIsCaughtBySeveralSeeds(String mutant) {
        List<Long> caught =
                new Minimizer(Mutants.ALL.get(mutant)).caught(WITNESSES.getOrDefault(mutant, List.of()), SEVERAL, 200);
        assertThat(caught).as(mutant).hasSize(SEVERAL);
        FOUND.put(mutant, caught);
    }

    /** Seeds that caught a mutant before. When they no longer do, others are looked for, which takes longer. */
    private static final Path WITNESS_FILE = Path.of("src/test/resources/simulator-witnesses.txt");

    private static final Map<String, List<Long>> WITNESSES = witnesses();
    private static final Map<String, List<Long>> FOUND = new TreeMap<>();

    private static Map<String, List<Long>> witnesses() {
        if (!Files.exists(WITNESS_FILE)) {
            return Map.of();
        }
        try (Stream<String> lines = Files.lines(WITNESS_FILE)) {
            return lines.map(line -> line.split(": "))
                    .collect(Collectors.toMap(
                            words -> words[0],
                            words -> Stream.of(words[1].split(" "))
                                    .map(Long::valueOf)
                                    .toList()));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @AfterAll
    static void writeWitnesses() throws IOException {
        if (Boolean.getBoolean("golden.update") && FOUND.size() == Mutants.ALL.size()) {
            Files.createDirectories(WITNESS_FILE.getParent());
            Files.write(
                    WITNESS_FILE,
                    FOUND.entrySet().stream()
                            .map(found -> found.getKey() + ": "
                                    + found.getValue().stream()
                                            .map(String::valueOf)
                                            .collect(Collectors.joining(" ")))
                            .toList());
        }
    }

    @Test
    void documentedMutantsAreThoseOfTheCode() throws IOException {
        List<String> documented = Files.readString(PAGE)
                .lines()
                .dropWhile(line -> !line.startsWith("| mutant"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> line.split("\\|")[1].strip())
                .toList();
        assertThat(documented).containsExactlyElementsOf(Mutants.ALL.keySet());
        assertThat(documented).hasSizeGreaterThanOrEqualTo(25);
    }

    @Test
    void documentedTestsOfFaultsExist() throws IOException {
        List<String> named = Pattern.compile("`(\\w+Test)#(\\w+)`")
                .matcher(Files.readString(PAGE))
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();
        assertThat(named).hasSizeGreaterThan(15);
        for (String test : named) {
            String file = test.substring(1, test.indexOf('#')) + ".java";
            String method = " void " + test.substring(test.indexOf('#') + 1, test.length() - 1) + "(";
            try (Stream<Path> files = Files.find(
                    Path.of(".."),
                    20,
                    (path, it) -> path.endsWith(file) && !path.toString().contains("/target/"))) {
                assertThat(files.findFirst())
                        .as(test)
                        .hasValueSatisfying(path -> assertThat(path).content().contains(method));
            }
        }
    }

    @Test
    void scriptIsReadAsItWasWritten() {
        Script script = Script.of(7, Script.Pace.FINE);
        assertThat(Script.parse(script.toString())).isEqualTo(script);
    }

    @Test
    void failingScriptIsMadeSmall() {
        var minimizer = new Minimizer(Mutants.ALL.get("freeze ignored"));
        Script failing = null;
        for (long seed = 1; failing == null; seed++) {
            Script script = Script.of(seed, Script.Pace.FINE);
            failing = minimizer.failure(script).isPresent() ? script : null;
        }
        Script least = minimizer.minimized(failing);
        assertThat(minimizer.failure(least)).isPresent();
        assertThat(least.acts()).hasSizeLessThan(failing.acts().size());
        for (Script.Act act : least.acts()) {
            assertThat(minimizer.failure(least.with(
                            least.acts().stream().filter(it -> it != act).toList())))
                    .isEmpty();
        }
    }
}
