package org.maintenancemanager.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.ManagerUnderTest;

@NullMarked
class StartTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    @Test
    void theServerStartsAndIsReady() {
        assertThat(manager.send(manager.request("/actuator/health/liveness")).body())
                .isEqualTo("{\"status\":\"UP\"}");
        assertThat(manager.send(manager.request("/actuator/health/readiness")).body())
                .isEqualTo("{\"status\":\"UP\"}");
        for (String probe : List.of("/livez", "/readyz")) {
            assertThat(manager.send(manager.request(probe)).body()).isEqualTo("{\"status\":\"UP\"}");
        }
    }

    /** What Quartz keeps comes back as objects only if it is no serialized one: those could be of any class. */
    @Test
    void jobsAreKeptAsPropertiesOnly() {
        List<String> data = manager.jdbc().sql("""
                        select encode(job_data, 'hex') from qrtz_job_details
                        union all
                        select encode(job_data, 'hex') from qrtz_triggers
                        """).query(String.class).list();

        assertThat(data)
                .isNotEmpty()
                .allSatisfy(hex -> assertThat(hex == null ? "" : hex).doesNotStartWith("aced"));
    }

    @Test
    void aPathThatNobodyServesIsDeniedToStrangersAndUnknownToCallers() {
        assertThat(manager.send(manager.request("/api/v1/no-such-thing")).statusCode())
                .isEqualTo(401);
        assertThat(manager.get("/api/v1/no-such-thing").statusCode()).isEqualTo(404);
        assertThat(manager.get("/no-such-thing").statusCode()).isEqualTo(401);
    }
}
