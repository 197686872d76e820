package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.admin.AdminApi.Reply;

class ApprovalRuleResourceTest {
    private final AdminApi api = new AdminApi();

    @Test
    void ruleIsPatchedWithItsTagAndCheckedFieldByField() {
        Reply before = api.get("/api/v1/approval-rule").expect(200);
        String tag = before.http().headers().firstValue("ETag").orElseThrow();

        // A limit that no campaign of the other tests reaches.
        Reply changed = api.patch("/api/v1/approval-rule", "{\"maxNodes\":2000000000}", tag)
                .expect(200);
        assertThat(changed.body().get("maxNodes").asInt()).isEqualTo(2_000_000_000);
        assertThat(changed.body().get("downgrade").asBoolean()).isFalse();
        assertThat(api.patch("/api/v1/approval-rule", "{\"maxNodes\":1}", tag)
                        .expect(412)
                        .code())
                .isEqualTo("precondition-failed");
        String next = changed.http().headers().firstValue("ETag").orElseThrow();
        assertThat(api.patch("/api/v1/approval-rule", "{\"maxNodes\":-1,\"selector\":\"colour==red\"}", next)
                        .expect(400)
                        .errors())
                .extracting(error -> error.substring(0, error.indexOf(':')))
                .containsExactly("/maxNodes", "/selector");
        assertThat(api.patch("/api/v1/approval-rule", "{\"maxNodes\":null}", next)
                        .expect(200)
                        .body()
                        .has("maxNodes"))
                .isFalse();
    }
}
