package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.api.node.NodeMessages;
import org.maintenancemanager.api.problem.Problem;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the contract and the code to each other. */
class OpenApiTest {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final JsonNode DOCUMENT = document();
    private static final String ADMIN = "org.maintenancemanager.api.admin.";

    @Test
    void everyHandlerIsInTheContractAndTheOtherWayRound() {
        var mappings = ManagerUnderTest.shared()
                .context()
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        Set<String> served = new TreeSet<>();
        mappings.getHandlerMethods().keySet().forEach(mapping -> {
            for (String path : mapping.getPatternValues()) {
                for (RequestMethod method : mapping.getMethodsCondition().getMethods()) {
                    if (path.startsWith("/api/") || (path.startsWith("/console/") && !path.contains("{*"))) {
                        served.add(method + " " + path);
                    }
                }
            }
        });

        Set<String> written = new TreeSet<>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(method -> written.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        written.removeIf(operation -> operation.contains(" /node/v1/"));

        assertThat(written).isEqualTo(served);
    }

    @Test
    void everyBodyNamesItsMediaType() {
        List<String> wrong = DOCUMENT.findValues("content").stream()
                .flatMap(content -> content.propertyNames().stream())
                .filter(name -> !name.contains("/"))
                .toList();
        assertThat(wrong).isEmpty();
    }

    @Test
    void documentIsServedAsItIsWritten() throws IOException {
        var answer = ManagerUnderTest.shared().get("/api/openapi.yaml");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
        try (InputStream written = stream()) {
            assertThat(answer.body())
                    .isEqualTo(new String(written.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyRecordHasItsSchema() throws IOException {
        Set<String> records = new TreeSet<>();
        for (Resource file : new PathMatchingResourcePatternResolver()
                .getResources("classpath*:org/maintenancemanager/api/admin/*.class")) {
            String name = requireNonNull(file.getFilename()).replace(".class", "");
            if (!name.equals("package-info") && !name.contains("$")) {
                records.add(name);
            }
        }

        assertThat(records).isNotEmpty();
        assertThat(schemas()).containsAll(records);
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void schemaFitsItsType(String name) {
        Class<?> type = typeOf(name);
        JsonNode schema = DOCUMENT.at("/components/schemas/" + name);
        if (type == null) {
            assertThat(name)
                    .as("a schema without a type in the code is that of a page")
                    .endsWith("Page");
            return;
        }
        if (type.isEnum()) {
            assertThat(texts(schema.get("enum")))
                    .containsExactly(Arrays.stream(type.getEnumConstants())
                            .map(String::valueOf)
                            .toArray(String[]::new));
            return;
        }
        JsonNode properties = schema.get("properties");
        assertThat(properties.propertyNames())
                .containsExactlyInAnyOrder(Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toArray(String[]::new));
        for (RecordComponent component : type.getRecordComponents()) {
            assertThat(kindOf(properties.get(component.getName())))
                    .as(name + "." + component.getName())
                    .isEqualTo(kindOf(component.getType()));
        }
        assertThat(properties.propertyNames()).containsAll(texts(schema.path("required")));
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void exampleOfASchemaCanBeRead(String name) {
        JsonNode example = DOCUMENT.at("/components/schemas/" + name).path("example");
        Class<?> type = typeOf(name);
        if (type == null || type.isEnum()) {
            return;
        }
        assertThat(example.isObject()).as("the schema has an example").isTrue();

        JsonNode read = STRICT.valueToTree(STRICT.treeToValue(example, type));

        assertThat(example.propertyNames())
                .allSatisfy(
                        field -> assertThat(read.get(field).isNull()).as(field).isFalse());
        assertThat(example.propertyNames())
                .containsAll(texts(DOCUMENT.at("/components/schemas/" + name).path("required")));
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = DOCUMENT.findValuesAsString("$ref");

        assertThat(references)
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                DOCUMENT.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void everyOperationHasAnIdOfItsOwnAndSaysWhoIsRefused() {
        List<JsonNode> operations = DOCUMENT.get("paths").values().stream()
                .flatMap(path -> path.values().stream())
                .toList();

        assertThat(operations)
                .extracting(operation -> operation.get("operationId").asString())
                .doesNotHaveDuplicates();
        assertThat(operations)
                .allSatisfy(operation ->
                        assertThat(operation.get("responses").propertyNames()).contains("401"));
    }

    @Test
    void problemCodesAreThoseOfTheCatalogue() {
        assertThat(texts(DOCUMENT.at("/components/schemas/Problem/properties/code/enum")))
                .containsExactly(
                        Stream.of(ProblemType.values()).map(ProblemType::code).toArray(String[]::new));
    }

    static Collection<String> schemas() {
        return DOCUMENT.at("/components/schemas").propertyNames();
    }

    /** Messages of the node API that are named like something else carry a prefix. */
    private static @Nullable Class<?> typeOf(String schema) {
        if (schema.equals("Problem")) {
            return Problem.class;
        }
        if (schema.equals("FieldError")) {
            return Problem.FieldError.class;
        }
        String inNode = schema.replaceFirst("^NodeApi", "");
        for (String name : List.of(
                ADMIN + schema,
                NodeMessages.class.getName() + "$" + inNode,
                "org.maintenancemanager.api.node." + schema)) {
            try {
                return Class.forName(name);
            } catch (ClassNotFoundException notThere) {
                // the next place
            }
        }
        return null;
    }

    private static String kindOf(JsonNode schema) {
        if (schema.has("$ref")) {
            JsonNode target = DOCUMENT.at(schema.get("$ref").asString().substring(1));
            return target.has("enum") ? "string" : kindOf(target);
        }
        String type = schema.get("type").asString();
        String format = schema.path("format").asString("");
        return Set.of("uuid", "date-time", "duration", "local-date-time", "int32", "int64")
                        .contains(format)
                ? type + ":" + format
                : type;
    }

    private static String kindOf(Class<?> type) {
        Map<Class<?>, String> kinds = Map.ofEntries(
                Map.entry(String.class, "string"),
                Map.entry(UUID.class, "string:uuid"),
                Map.entry(Instant.class, "string:date-time"),
                Map.entry(Duration.class, "string:duration"),
                Map.entry(LocalDateTime.class, "string:local-date-time"),
                Map.entry(int.class, "integer:int32"),
                Map.entry(Integer.class, "integer:int32"),
                Map.entry(long.class, "integer:int64"),
                Map.entry(Long.class, "integer:int64"),
                Map.entry(double.class, "number"),
                Map.entry(boolean.class, "boolean"),
                Map.entry(Boolean.class, "boolean"),
                Map.entry(BigDecimal.class, "number"));
        if (type.isEnum()) {
            return "string";
        }
        return kinds.getOrDefault(type, Collection.class.isAssignableFrom(type) ? "array" : "object");
    }

    private static List<String> texts(JsonNode array) {
        return array.values().stream().map(JsonNode::asString).collect(Collectors.toList());
    }

    private static JsonNode document() {
        try (InputStream yaml = stream()) {
            Object document = new Yaml().load(yaml);
            return STRICT.valueToTree(document);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static InputStream stream() {
        return requireNonNull(OpenApiTest.class.getResourceAsStream("/openapi/openapi.yaml"));
    }
}
