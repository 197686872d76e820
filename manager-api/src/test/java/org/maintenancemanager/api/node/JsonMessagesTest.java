package org.maintenancemanager.api.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The client's JSON against an independent reader and writer of the same records, as the manager uses it. */
class JsonMessagesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    @Test
    void requestsAreReadAsTheyWereMeant() {
        for (EnrollRequest request : List.of(Examples.FULL_ENROLL, Examples.SHORT_ENROLL)) {
            assertThat(MAPPER.readValue(JsonMessages.write(request), EnrollRequest.class))
                    .isEqualTo(request);
        }
        assertThat(MAPPER.readValue(JsonMessages.write(Examples.POLL), PollRequest.class))
                .isEqualTo(Examples.POLL);
        for (ReportRequest request : List.of(Examples.FULL_REPORT, Examples.SHORT_REPORT)) {
            assertThat(MAPPER.readValue(JsonMessages.write(request), ReportRequest.class))
                    .isEqualTo(request);
        }
    }

    @Test
    void answersAreReadAsTheyWereMeant() throws Exception {
        for (EnrollResponse response : List.of(Examples.ENROLLED, Examples.PENDING)) {
            assertThat(JsonMessages.enrollResponse(MAPPER.writeValueAsBytes(response)))
                    .isEqualTo(response);
        }
        for (PollResponse response : List.of(Examples.INSTALL, Examples.NOTHING)) {
            assertThat(JsonMessages.pollResponse(MAPPER.writeValueAsBytes(response)))
                    .isEqualTo(response);
        }
        assertThat(JsonMessages.reportResponse(MAPPER.writeValueAsBytes(Examples.STORED)))
                .isEqualTo(Examples.STORED);
    }

    @Test
    void unknownFieldsAndSpaceAreIgnored() throws Exception {
        String json = """
                { "directive" : "NONE", "new": [1, -2.5e3, true, false, null, {"a": ["\\u20ac\\n"]}],
                  "assignmentVersion": 1,\t"nextPollSeconds":2, "ackedSeq": 3, "serverEpoch": "e", "permit": null }
                """;
        assertThat(JsonMessages.pollResponse(bytes(json)))
                .isEqualTo(new PollResponse(Directive.NONE, 1, null, null, null, null, 2, 3, "e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "null",
                "[]",
                "<html>Please log in</html>",
                "{",
                "{\"directive\"}",
                "{\"directive\":}",
                "{\"directive\":\"NONE\",}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1}x",
                "{\"a\":1}{}",
                "{\"a\":1,\"a\":2}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":1e}",
                "{\"a\":-}",
                "{\"a\":NaN}",
                "{\"a\":tru}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u00g0\"}",
                "{\"a\":\"\\u12",
                "{\"a\":\"no end",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":/*c*/1}",
                "{\"a\":1e999999999999999999}",
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonObject.read(bytes(text))).isInstanceOf(MalformedAnswer.class);
    }

    @Test
    void deepNestingLongNumbersAndOtherEncodingsAreRefused() {
        assertThatThrownBy(() -> JsonReader.read(bytes("[".repeat(100_000)))).isInstanceOf(MalformedAnswer.class);
        assertThatThrownBy(() -> JsonReader.read(bytes("9".repeat(100_000)))).isInstanceOf(MalformedAnswer.class);
        assertThatThrownBy(() -> JsonReader.read(new byte[] {'"', (byte) 0xc3, '"'}))
                .isInstanceOf(MalformedAnswer.class);
        assertThatThrownBy(() -> JsonReader.read("{}".getBytes(StandardCharsets.UTF_16)))
                .isInstanceOf(MalformedAnswer.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"status\":\"enrolled\",\"nodeId\":\"n\",\"nextPollSeconds\":1,\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":7,\"nextPollSeconds\":1,\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":-1,\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":1.5,\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":4294967296,\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":99999999999999999999,\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":\"1\",\"serverEpoch\":\"e\"}",
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":1,\"serverEpoch\":null}",
            })
    void fieldsOfAnotherTypeOrRangeAreRefused(String json) {
        assertThatThrownBy(() -> JsonMessages.enrollResponse(bytes(json))).isInstanceOf(MalformedAnswer.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
