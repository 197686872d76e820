package org.maintenancemanager.web.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.MDC;

@NullMarked
class LogTest {
    @Test
    void whateverIsLoggedDuringACallNamesRequestTenantAndActor() throws Exception {
        var context = new CallContext(TenantId.DEFAULT, CallContext.ActorKind.NODE, "node 1", "r-1");

        Map<String, String> during = CallScope.call(context, MDC::getCopyOfContextMap);

        assertThat(during)
                .containsEntry("requestId", "r-1")
                .containsEntry("tenant", TenantId.DEFAULT.toString())
                .containsEntry("actor", "node 1");
        assertThat(MDC.get("actor")).isNull();
    }
}
