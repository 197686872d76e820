package org.maintenancemanager.web.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.problem.ProblemException;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads YAML documents as the JSON that they stand for: what looks like a number, true, false or null is one, everything else is
 * text, so that 02:00 and yes stay what they are. Keys stand once, nothing is repeated by reference, and no tag makes an object.
 */
@Component
public class YamlBody {
    /** As much as an artifact-free description of a large fleet takes. */
    public static final int MAX_BYTES = 1 << 20;

    public static final int MAX_DOCUMENTS = 1000;

    private static final int MAX_DEPTH = 20;
    private static final BodyLimit LIMIT = new BodyLimit(MAX_BYTES);

    private final StrictJson json;

    YamlBody(StrictJson json) {
        this.json = json;
    }

    /** Documents that are empty are left out. */
    public List<ObjectNode> read(HttpServletRequest request) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(LIMIT.read(request)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.of(ProblemType.MALFORMED_BODY, "The body is no UTF-8 text.");
        }
        return documents(text);
    }

    List<ObjectNode> documents(String text) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setCodePointLimit(MAX_BYTES);
        var dumping = new DumperOptions();
        var yaml = new Yaml(new SafeConstructor(options), new Representer(dumping), dumping, options, new JsonTypes());
        List<ObjectNode> documents = new ArrayList<>();
        try {
            for (Object document : yaml.loadAll(text)) {
                if (document == null) {
                    continue;
                }
                if (documents.size() == MAX_DOCUMENTS) {
                    throw ProblemException.of(
                            ProblemType.TOO_LARGE,
                            "There are more than the %d documents that are allowed.".formatted(MAX_DOCUMENTS));
                }
                JsonNode tree = json.treeOf(document);
                if (!(tree instanceof ObjectNode object)) {
                    throw ProblemException.of(
                            ProblemType.INVALID_REQUEST,
                            List.of(new FieldError("/" + documents.size(), "is not an object")));
                }
                documents.add(object);
            }
        } catch (MarkedYAMLException e) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_BODY,
                    "%s%s."
                            .formatted(
                                    e.getProblemMark() == null
                                            ? ""
                                            : "Line %d, column %d: "
                                                    .formatted(
                                                            e.getProblemMark().getLine() + 1,
                                                            e.getProblemMark().getColumn() + 1),
                                    e.getProblem()));
        } catch (YAMLException e) {
            throw ProblemException.of(ProblemType.MALFORMED_BODY, String.valueOf(e.getMessage()));
        }
        if (documents.isEmpty()) {
            throw ProblemException.of(ProblemType.MALFORMED_BODY, "The body holds no document.");
        }
        return documents;
    }

    /** A document, or what was made of it, as the body of the call that it stands for. */
    public JsonBody body(JsonNode document) {
        return new JsonBody(json, document);
    }

    public JsonNode treeOf(Object value) {
        return json.treeOf(value);
    }

    /** The types of JSON instead of those of YAML 1.1, which takes 12:30 for a number and no for a boolean. */
    private static final class JsonTypes extends Resolver {
        private static final Pattern BOOLEAN = Pattern.compile("true|false");
        private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
        private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)\\.[0-9]+");
        private static final Pattern NOTHING = Pattern.compile("null|~|");

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOLEAN, "tf");
            addImplicitResolver(Tag.INT, INTEGER, "-0123456789");
            addImplicitResolver(Tag.FLOAT, NUMBER, "-0123456789");
            addImplicitResolver(Tag.NULL, NOTHING, "n~\0");
            addImplicitResolver(Tag.NULL, Pattern.compile("^$"), nothing());
        }

        private static @Nullable String nothing() {
            return null;
        }
    }
}
