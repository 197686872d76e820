package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** Every call that the server knows, against who may make it. */
@NullMarked
class AccessMatrixTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    /** Every mapping of the server, also of classes that this test has never heard of. */
    private Set<String> served() {
        Set<String> calls = new TreeSet<>();
        manager.context()
                .getBeansOfType(RequestMappingInfoHandlerMapping.class)
                .values()
                .forEach(mapping -> mapping.getHandlerMethods().keySet().forEach(info -> {
                    for (String path : info.getPatternValues()) {
                        Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
                        if (methods.isEmpty()) {
                            calls.add("GET " + path);
                        }
                        methods.forEach(method -> calls.add(method + " " + path));
                    }
                }));
        calls.remove("GET /actuator"); // the list of the actuator's links, closed by its chain
        return calls;
    }

    @Test
    void everyCallIsListed() {
        Set<String> listed = AccessRules.all().stream().map(AccessRule::call).collect(Collectors.toSet());

        assertThat(served())
                .as(
                        "a new endpoint is closed to everybody until its line stands in"
                                + " org.maintenancemanager.web.security.AccessRules: METHOD, path, permission,"
                                + " and whether the permission must hold in the whole tenant, at the object's site, or anywhere")
                .isSubsetOf(listed);
        assertThat(listed).as("AccessRules lists calls that are gone").isSubsetOf(served());
    }
}
