package org.maintenancemanager.web.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AppliedChange;
import org.maintenancemanager.api.admin.AppliedDocument;
import org.maintenancemanager.api.admin.AppliedDocument.Action;
import org.maintenancemanager.api.admin.ApplyForecast;
import org.maintenancemanager.api.admin.ApplyReport;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.forecast.Plan;
import org.maintenancemanager.core.forecast.Planner;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.AllOrNothing;
import org.maintenancemanager.web.problem.ProblemException;
import org.maintenancemanager.web.rest.YamlBody;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Brings what is there to what files say, all of it or nothing; a dry run does the same and takes it back. */
@RestController
@RequestMapping("/api/v1")
class ApplyResource {
    private static final int MOST_FORECASTS = 10;

    private final YamlBody yaml;
    private final Documents documents;
    private final Campaigns campaigns;
    private final Planner planner;
    private final AllOrNothing transaction;

    ApplyResource(YamlBody yaml, Documents documents, Campaigns campaigns, Planner planner, AllOrNothing transaction) {
        this.yaml = yaml;
        this.documents = documents;
        this.campaigns = campaigns;
        this.planner = planner;
        this.transaction = transaction;
    }

    /** @param index its place in the body */
    private record Document(int index, Documents.Kind kind, ObjectNode said) {}

    private record Done(Document document, Documents.Outcome outcome) {}

    @PutMapping(
            path = "/apply",
            consumes = {"application/yaml", "application/x-yaml", "text/yaml"})
    ApplyReport apply(@RequestParam(defaultValue = "false") boolean dryRun, HttpServletRequest request)
            throws IOException {
        List<Document> wanted = documents(yaml.read(request));
        return transaction.run(dryRun, () -> {
            List<Done> done = new ArrayList<>();
            wanted.stream()
                    .sorted(Comparator.comparing(Document::kind))
                    .forEach(document -> done.add(new Done(document, apply(document))));
            requireNoTwins(done);
            return report(dryRun, done);
        });
    }

    private static List<Document> documents(List<ObjectNode> said) {
        var problems = new Problems();
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            ObjectNode document = said.get(i).deepCopy();
            JsonNode kind = document.remove("kind");
            String word = kind == null ? "" : kind.asString("");
            Documents.Kind known = Documents.Kind.of(word).orElse(null);
            if (known == null) {
                problems.add(
                        "/" + i + "/kind",
                        "is '%s'; allowed are %s".formatted(word, String.join(", ", Documents.kinds())));
            } else {
                documents.add(new Document(i, known, document));
            }
        }
        problems.throwIfAny();
        return documents;
    }

    /** What is wrong names the document. */
    private Documents.Outcome apply(Document document) {
        String at = "/" + document.index();
        try {
            return documents.apply(document.kind(), document.said());
        } catch (InvalidInput invalid) {
            throw new InvalidInput(
                    invalid.type(),
                    invalid.problems().stream()
                            .map(problem -> new FieldProblem(at + withoutIndex(problem.pointer()), problem.message()))
                            .toList());
        } catch (Conflict conflict) {
            throw new Conflict(conflict.type(), "Document %s: %s".formatted(place(document), conflict.detail()));
        } catch (ProblemException problem) {
            if (problem.errors().isEmpty()) {
                throw ProblemException.of(
                        problem.type(), "Document %s: %s".formatted(place(document), problem.getMessage()));
            }
            throw ProblemException.of(
                    problem.type(),
                    problem.errors().stream()
                            .map(error -> new FieldError(at + error.pointer(), error.detail()))
                            .toList());
        }
    }

    private static String place(Document document) {
        JsonNode name = document.said().path(document.kind() == Documents.Kind.SITE ? "path" : "name");
        return "%d (%s%s)"
                .formatted(document.index(), document.kind().word(), name.isString() ? " " + name.asString() : "");
    }

    /** A service that creates many says which of them; here there is one. */
    private static String withoutIndex(String pointer) {
        return pointer.equals("/0") || pointer.startsWith("/0/") ? pointer.substring(2) : pointer;
    }

    private static void requireNoTwins(List<Done> done) {
        Map<String, Integer> seen = new HashMap<>();
        var problems = new Problems();
        for (Done one : done) {
            boolean window =
                    one.document.kind() == Documents.Kind.WINDOW || one.document.kind() == Documents.Kind.FREEZE;
            String key = (window ? "Window" : one.document.kind().word()) + " " + one.outcome.name();
            Integer before = seen.putIfAbsent(key, one.document.index());
            if (before != null) {
                problems.add("/" + one.document.index(), "says the same %s as document %d".formatted(key, before));
            }
        }
        problems.throwIfAny();
    }

    private ApplyReport report(boolean dryRun, List<Done> done) {
        List<AppliedDocument> applied = done.stream()
                .sorted(Comparator.comparingInt(one -> one.document.index()))
                .map(one -> applied(one, dryRun))
                .toList();
        List<ApplyForecast> forecasts = done.stream()
                .map(one -> one.outcome.campaign())
                .filter(Objects::nonNull)
                .distinct()
                .limit(MOST_FORECASTS)
                .map(campaign -> forecast(campaigns.load(campaign).spec().name(), planner.plan(campaign, null)))
                .toList();
        return new ApplyReport(
                dryRun,
                count(applied, Action.CREATED),
                count(applied, Action.UPDATED),
                count(applied, Action.UNCHANGED),
                applied,
                forecasts);
    }

    private static int count(List<AppliedDocument> applied, Action action) {
        return (int) applied.stream().filter(one -> one.action() == action).count();
    }

    private static ApplyForecast forecast(String name, Plan plan) {
        return new ApplyForecast(
                name,
                plan.forecast().members(),
                plan.forecast().end().p50(),
                plan.forecast().end().p90(),
                plan.findings().stream().map(ForecastResource::shown).toList());
    }

    private static AppliedDocument applied(Done one, boolean dryRun) {
        Documents.Outcome outcome = one.outcome;
        Action action =
                outcome.before() == null ? Action.CREATED : outcome.changed() ? Action.UPDATED : Action.UNCHANGED;
        List<AppliedChange> changes = new ArrayList<>();
        if (action != Action.UNCHANGED) {
            compare("", outcome.before(), outcome.after(), changes);
        }
        return new AppliedDocument(
                one.document.index(),
                one.document.kind().word(),
                outcome.name(),
                action,
                dryRun && action == Action.CREATED ? null : outcome.id(),
                changes);
    }

    /** Field by field; lists are compared as a whole. */
    private static void compare(
            String pointer, @Nullable JsonNode before, @Nullable JsonNode after, List<AppliedChange> changes) {
        if (isSame(before, after)) {
            return;
        }
        if (before instanceof ObjectNode || after instanceof ObjectNode) {
            TreeSet<String> fields = new TreeSet<>();
            if (before instanceof ObjectNode object) {
                fields.addAll(object.propertyNames());
            }
            if (after instanceof ObjectNode object) {
                fields.addAll(object.propertyNames());
            }
            for (String field : fields) {
                compare(
                        pointer + "/" + field,
                        before == null ? null : before.get(field),
                        after == null ? null : after.get(field),
                        changes);
            }
            return;
        }
        changes.add(new AppliedChange(pointer, text(before), text(after)));
    }

    private static boolean isSame(@Nullable JsonNode before, @Nullable JsonNode after) {
        return Objects.equals(text(before), text(after));
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value == null || value.isNull() ? null : value.isString() ? value.asString() : value.toString();
    }
}
