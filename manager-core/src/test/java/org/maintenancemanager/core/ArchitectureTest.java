package org.maintenancemanager.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What docs/architecture.md says, held to. */
@NullMarked
class ArchitectureTest {
    private static final String CORE = "org.maintenancemanager.core";
    private static final Path SOURCES = Path.of("src/main/java/org/maintenancemanager/core");

    /** How the doc comment of a package says whom it may ask. */
    private static final Pattern MAY_USE = Pattern.compile("May use (?:the records of )?([a-z, ]+)\\.");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(CORE);

    /** Rules without a clock, a database or chance; and the values they work on. */
    private static final DescribedPredicate<JavaClass> PURE = DescribedPredicate.describe(
            "pure",
            type -> resideInAnyPackage(CORE + ".decision..", CORE + ".guard..").test(type)
                    || isOneOf(
                            type,
                            "forecast.Agenda",
                            "forecast.Ballot",
                            "forecast.Causes",
                            "forecast.Draws",
                            "forecast.Forecast",
                            "forecast.Forecaster",
                            "forecast.ForecastFacts",
                            "forecast.Lint",
                            "forecast.Prepared",
                            "forecast.Run",
                            "forecast.Simulation",
                            "image.UpdatePaths",
                            "window.Intervals",
                            "window.MergedSchedule",
                            "window.OpenTimes",
                            "window.Recurrences",
                            "window.Schedule",
                            "window.Schedules",
                            "window.WindowCheck",
                            "window.WindowDefinition",
                            "window.WindowLint",
                            "window.WindowPreview",
                            "node.Selectable",
                            "node.Selector",
                            "query.Rsql",
                            "query.SqlCondition",
                            "ddi.DdiRules",
                            "ddi.DdiTask",
                            "ddi.DdiFeedback",
                            "update.UpdateLifecycle"));

    private static final Set<String> CLOCKS_AND_DICE = Set.of("now", "currentTimeMillis", "nanoTime", "randomUUID");

    @Test
    void packageUsesOnlyWhatItsDocCommentSays() {
        Map<String, Set<String>> allowed = new TreeMap<>();
        for (String capability : capabilities()) {
            allowed.put(capability, mayUse(capability));
        }
        assertThat(allowed.get("decision")).as("the doc comments can be read").contains("campaign", "window");

        List<String> violations = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            String from = capability(type);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = capability(dependency.getTargetClass());
                if (!from.isEmpty()
                        && !to.isEmpty()
                        && !from.equals(to)
                        && !allowed.getOrDefault(from, Set.of()).contains(to)) {
                    violations.add(from + " may not use " + to + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void capabilitiesHaveNoCircles() {
        slices().matching(CORE + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void rulesArePure() {
        noClasses()
                .that(are(PURE))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "org.springframework..",
                        "jakarta..",
                        "org.hibernate..",
                        "java.sql..",
                        "javax.sql..",
                        "java.net..",
                        "java.nio.file..",
                        "io.micrometer..",
                        "org.slf4j.."))
                .check(CLASSES);
        noClasses()
                .that(are(PURE))
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "a clock or dice are asked",
                        (JavaMethodCall call) -> CLOCKS_AND_DICE.contains(call.getName())
                                && call.getTargetOwner().getPackageName().startsWith("java.")))
                .orShould()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "random generators or clocks",
                        type -> type.isAssignableTo(java.util.random.RandomGenerator.class)
                                || type.isAssignableTo(java.time.InstantSource.class)))
                .check(CLASSES);
        assertThat(CLASSES.stream().filter(PURE))
                .as("the list names classes that exist")
                .hasSizeGreaterThan(40);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(pack -> !pack.isAnnotatedWith(NullMarked.class))
                .map(pack -> pack.getName())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(unmarked).isEmpty();
    }

    @Test
    void onlyTheClockworkKnowsQuartz() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CORE + ".tick..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.quartz.."))
                .check(CLASSES);
    }

    @Test
    void timeIsAnInstant() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Date")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Calendar")
                .check(CLASSES);
    }

    @Test
    void whatAClassNeedsStandsInItsConstructor() {
        for (String annotation : List.of(
                "org.springframework.beans.factory.annotation.Autowired",
                "org.springframework.beans.factory.annotation.Value",
                "jakarta.inject.Inject",
                "jakarta.annotation.Resource",
                "jakarta.persistence.PersistenceContext")) {
            noFields().should().beAnnotatedWith(annotation).check(CLASSES);
        }
    }

    @Test
    void entitiesAndRepositoriesStayInside() {
        classes()
                .that()
                .areAnnotatedWith("jakarta.persistence.Entity")
                .or()
                .areAssignableTo("org.springframework.data.repository.Repository")
                .should()
                .notBePublic()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    private static boolean isOneOf(JavaClass type, String... names) {
        return Stream.of(names)
                .map(name -> CORE + "." + name)
                .anyMatch(name -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
    }

    private static Set<String> capabilities() {
        return CLASSES.stream()
                .map(ArchitectureTest::capability)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The package below the core; empty for what belongs to none. */
    private static String capability(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(CORE + ".")) {
            return "";
        }
        String rest = name.substring(CORE.length() + 1);
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }

    private static Set<String> mayUse(String capability) {
        try {
            String text = Files.readString(SOURCES.resolve(capability).resolve("package-info.java"))
                    .replaceAll("\\s*\\n \\*\\s*", " ");
            Matcher sentence = MAY_USE.matcher(text);
            return sentence.find() ? Set.of(sentence.group(1).split(",? and |, ")) : Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException("expected the package " + capability + " to say whom it may use", e);
        }
    }
}
