package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.api.grpc.node.NodeServiceOuterClass;
import org.maintenancemanager.api.node.NodeMessages;

/** One protocol, two encodings: what REST says must be what gRPC says. */
@NullMarked
class ContractTest {
    /** REST says it by the status 204. */
    private static final Map<String, Set<String>> ONLY_IN_PROTO = Map.of("PollResponse", Set.of("unchanged"));

    static Stream<Descriptor> messages() {
        return NodeServiceOuterClass.getDescriptor().getMessageTypes().stream();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageHasTheSameFieldsByRestAndByGrpc(Descriptor message) {
        Class<?> type = recordOf(message.getName());
        Set<String> inProto = message.getFields().stream()
                .map(FieldDescriptor::getJsonName)
                .filter(name ->
                        !ONLY_IN_PROTO.getOrDefault(message.getName(), Set.of()).contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> inRest = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(inRest).isEqualTo(inProto);
        for (RecordComponent component : type.getRecordComponents()) {
            FieldDescriptor field = message.getFields().stream()
                    .filter(candidate -> candidate.getJsonName().equals(component.getName()))
                    .findFirst()
                    .orElseThrow();
            assertThat(kind(component.getGenericType()))
                    .as("%s.%s", message.getName(), component.getName())
                    .isIn(kinds(field));
        }
    }

    @Test
    void noMessageIsMissingInProto() {
        assertThat(Arrays.stream(NodeMessages.class.getDeclaredClasses())
                        .filter(Class::isRecord)
                        .map(Class::getSimpleName))
                .containsExactlyInAnyOrderElementsOf(
                        messages().map(Descriptor::getName).toList());
    }

    @Test
    void theWordsOfBothAreTheSame() {
        assertThat(NodeServiceOuterClass.getDescriptor().getEnumTypes()).allSatisfy(words -> {
            // Words of one proto file share a namespace, so some carry the name of their enum.
            List<String> inProto = words.getValues().stream()
                    .skip(1)
                    .map(value -> value.getName().replaceAll("_(PHASE|SLOT)$", ""))
                    .toList();
            assertThat(constants(words)).isEqualTo(inProto);
        });
    }

    private static List<String> constants(EnumDescriptor words) {
        try {
            return Arrays.stream(Class.forName("org.maintenancemanager.api.node." + words.getName())
                            .getEnumConstants())
                    .map(Object::toString)
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new AssertionError("no enum of this name for REST", e);
        }
    }

    private static Class<?> recordOf(String name) {
        return Arrays.stream(NodeMessages.class.getDeclaredClasses())
                .filter(type -> type.getSimpleName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no record " + name));
    }

    private static String kind(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Map.class ? "map" : "list";
        }
        Class<?> plain = (Class<?>) type;
        if (plain == int.class || plain == Integer.class || plain == long.class || plain == Long.class) {
            return "number";
        }
        if (plain == boolean.class) {
            return "boolean";
        }
        return plain.isEnum() ? "word" : plain == String.class ? "text" : "message";
    }

    private static List<String> kinds(FieldDescriptor field) {
        if (field.isMapField()) {
            return List.of("map");
        }
        if (field.isRepeated()) {
            return List.of("list");
        }
        return switch (field.getJavaType()) {
            case INT, LONG -> List.of("number");
            case BOOLEAN -> List.of("boolean");
            // The slots' names, A and B, are words in REST.
            case STRING -> List.of("text", "word");
            case ENUM -> List.of("word");
            case MESSAGE -> List.of("message");
            case FLOAT, DOUBLE, BYTE_STRING -> List.of();
        };
    }
}
