package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.ManagerUnderTest;

/** What a proxy says of its clients is believed if the settings name the proxy. */
@NullMarked
class ForwardedTest {
    @Test
    void theHeadersOfAProxyCountIfItIsNamedAndThoseOfAnybodyElseDoNot() throws Exception {
        ManagerUnderTest manager = ManagerUnderTest.startAnother(
                "server.forward-headers-strategy=native", "server.tomcat.remoteip.internal-proxies=127\\.0\\.0\\.2");
        try {
            String believed = logIn(manager, "127.0.0.2", "203.0.113.7");
            String forged = logIn(manager, "127.0.0.3", "203.0.113.8");

            assertThat(believed).startsWith("__Host-maintmgr-session=").contains("Secure");
            assertThat(forged).startsWith("maintmgr-session=").doesNotContain("Secure");
            assertThat(manager.get("/api/v1/sessions").body())
                    .contains("\"address\":\"203.0.113.7\"", "\"address\":\"127.0.0.3\"")
                    .doesNotContain("203.0.113.8");
        } finally {
            manager.context().close();
        }
    }

    @Test
    void noProxyIsNamedUnlessTheOperatorDoes() {
        String trusted = ManagerUnderTest.shared()
                .context()
                .getEnvironment()
                .getRequiredProperty("server.tomcat.remoteip.internal-proxies");

        for (String address : new String[] {"127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", ""}) {
            assertThat(address).doesNotMatch(trusted);
        }
    }

    private static String logIn(ManagerUnderTest manager, String from, String claimed) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .localAddress(InetAddress.ofLiteral(from))
                .build()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(manager.baseUrl() + "/console/login"))
                            .header("Content-Type", "application/json")
                            .header("X-Forwarded-For", claimed)
                            .header("X-Forwarded-Proto", "https")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"secret\": \"%s\"}".formatted(manager.apiToken())))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.headers().firstValue("Set-Cookie").orElse("");
        }
    }
}
