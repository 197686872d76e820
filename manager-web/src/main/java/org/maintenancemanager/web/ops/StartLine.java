package org.maintenancemanager.web.ops;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;
import org.springframework.stereotype.Component;

/** Says in one line, once everything serves: version, addresses, database. */
@Component
class StartLine {
    private static final Logger log = LoggerFactory.getLogger(StartLine.class);

    private final DataSource database;
    private final Environment environment;
    private final @Nullable BuildProperties build;
    private int httpPort;
    private int managementPort;
    private int grpcPort;

    StartLine(DataSource database, Environment environment, ObjectProvider<BuildProperties> build) {
        this.database = database;
        this.environment = environment;
        this.build = build.getIfAvailable();
    }

    @EventListener
    void httpServes(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null) {
            httpPort = event.getWebServer().getPort();
        } else {
            managementPort = event.getWebServer().getPort();
        }
    }

    @EventListener
    void grpcServes(GrpcServerStartedEvent event) {
        grpcPort = event.getPort();
    }

    @EventListener(ApplicationReadyEvent.class)
    void everythingServes() throws SQLException {
        String address = environment.getProperty("server.address", "0.0.0.0");
        log.info(
                "Maintenance Manager {} is up: HTTP on {}:{}, gRPC on {}:{}, actuator on {}:{}, {}",
                build == null ? "(not packaged)" : build.getVersion(),
                address,
                httpPort,
                environment.getProperty("spring.grpc.server.address", "0.0.0.0"),
                grpcPort,
                environment.getProperty("management.server.address", address),
                managementPort == 0 ? httpPort : managementPort,
                databaseName());
    }

    /** Product, version and place; the URL without its parameters, which may hold a password. */
    private String databaseName() throws SQLException {
        try (Connection connection = database.getConnection()) {
            var about = connection.getMetaData();
            String url = about.getURL();
            int parameters = url.indexOf('?');
            return "%s %s at %s"
                    .formatted(
                            about.getDatabaseProductName(),
                            about.getDatabaseProductVersion(),
                            parameters < 0 ? url : url.substring(0, parameters));
        }
    }
}
