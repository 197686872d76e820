package org.maintenancemanager.web;

import java.util.List;
import org.maintenancemanager.core.CoreConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.grpc.server.autoconfigure.security.GrpcServerOAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.security.GrpcServerSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * The Maintenance Manager's server. No default user, no error page but our own problems, and gRPC calls pass our own
 * interceptor only.
 */
@SpringBootApplication(
        exclude = {
            UserDetailsServiceAutoConfiguration.class,
            ErrorMvcAutoConfiguration.class,
            GrpcServerSecurityAutoConfiguration.class,
            GrpcServerOAuth2ResourceServerAutoConfiguration.class
        })
@ConfigurationPropertiesScan
@EnableScheduling
@Import(CoreConfiguration.class)
public class MaintenanceManager {
    static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(AuditVerifyCommand.NAME)) {
            System.exit(AuditVerifyCommand.run(List.of(arguments).subList(1, arguments.length), System.out));
        }
        if (arguments.length > 0 && arguments[0].equals(AfterRestoreCommand.NAME)) {
            System.exit(AfterRestoreCommand.run(List.of(arguments).subList(1, arguments.length), System.out));
        }
        SpringApplication.run(MaintenanceManager.class, arguments);
    }
}
