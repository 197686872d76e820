package org.maintenancemanager.web;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.maintenancemanager.core.CoreConfiguration;
import org.maintenancemanager.core.restore.AfterRestore;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** {@code after-restore}: makes a database that was restored from a backup safe to go on with, while no manager runs on it. */
final class AfterRestoreCommand {
    static final String NAME = "after-restore";

    private AfterRestoreCommand() {}

    /** The core without anything that serves, or that acts by itself. */
    @EnableAutoConfiguration
    @Import(CoreConfiguration.class)
    static final class Core {}

    /**
     * @param arguments settings, as the server takes them
     * @return the exit status of the process
     */
    static int run(List<String> arguments, PrintStream out) {
        List<String> all = new ArrayList<>(arguments);
        all.add("--spring.quartz.auto-startup=false");
        all.add("--spring.grpc.server.enabled=false");
        all.add("--logging.level.root=warn");
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Core.class)
                .web(WebApplicationType.NONE)
                .run(all.toArray(String[]::new))) {
            AfterRestore afterRestore = context.getBean(AfterRestore.class);
            if (afterRestore.isServed()) {
                out.println("a manager runs on this database; stop all of them first");
                return 1;
            }
            out.println(afterRestore.run().sentence());
            return 0;
        } catch (RuntimeException e) {
            out.println("nothing is certain, do it again: " + e.getMessage());
            return 2;
        }
    }
}
