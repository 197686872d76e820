package org.maintenancemanager.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.bench.load.AnswerParser.MalformedAnswer;

class AnswerParserTest {
    private final AnswerParser parser = new AnswerParser();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCONTENT-LENGTH:5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
            })
    void answerIsReadOnceItIsWholeAndNotBefore(String answer) throws MalformedAnswer {
        ByteBuffer buffer = ByteBuffer.wrap(answer.getBytes(ISO_8859_1));

        for (int filled = 0; filled < answer.length(); filled++) {
            assertThat(parser.parse(buffer, filled)).as("%d bytes", filled).isFalse();
        }
        assertThat(parser.parse(buffer, answer.length())).isTrue();

        assertThat(parser.status()).isEqualTo(200);
        assertThat(parser.text(0, parser.bodyLength())).isEqualTo("hello");
        assertThat(parser.end()).isEqualTo(answer.length());
        assertThat(parser.closes()).isFalse();
    }

    @Test
    void noContentEndsWithItsHeaders() throws MalformedAnswer {
        String answer = "HTTP/1.1 204 \r\nConnection: close\r\n\r\n";

        assertThat(parser.parse(ByteBuffer.wrap(answer.getBytes(ISO_8859_1)), answer.length()))
                .isTrue();

        assertThat(parser.status()).isEqualTo(204);
        assertThat(parser.bodyLength()).isZero();
        assertThat(parser.closes()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            })
    void answerWhoseEndCannotBeToldIsRefused(String answer) {
        assertThatThrownBy(() -> parser.parse(ByteBuffer.wrap(answer.getBytes(ISO_8859_1)), answer.length()))
                .isInstanceOf(MalformedAnswer.class);
    }
}
