package org.maintenancemanager.web;

import org.maintenancemanager.core.CoreConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The Maintenance Manager's server. No default user, and no error page but our own problems. */
@SpringBootApplication(exclude = {UserDetailsServiceAutoConfiguration.class, ErrorMvcAutoConfiguration.class})
@ConfigurationPropertiesScan
@EnableScheduling
@Import(CoreConfiguration.class)
public class MaintenanceManager {
    static void main(String[] arguments) {
        SpringApplication.run(MaintenanceManager.class, arguments);
    }
}
