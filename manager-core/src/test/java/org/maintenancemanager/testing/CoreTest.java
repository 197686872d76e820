package org.maintenancemanager.testing;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.maintenancemanager.core.CoreConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestConstructor;

/**
 * A test of the core's services on a real database: one Spring context for all of them, a {@link TestTenant} for each
 * test. The scheduler stands still.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = CoreTest.Context.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.flyway.enabled=false",
            "spring.jpa.hibernate.ddl-auto=none",
            "spring.jpa.properties.hibernate.jdbc.time_zone=UTC",
            "spring.jpa.properties.hibernate.jdbc.batch_size=100",
            "spring.quartz.auto-startup=false",
            "manager.artifacts.directory=target/test-artifacts",
            "manager.artifacts.keep-free=0B",
            "manager.audit.directory=target/test-audit",
            "manager.access.key-file=target/test-access.key",
            "spring.main.banner-mode=off",
            "logging.level.root=warn",
            "logging.level.org.hibernate.orm.jdbc.error=off"
        })
@TestConstructor(autowireMode = TestConstructor.AutowireMode.ALL)
public @interface CoreTest {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(CoreConfiguration.class)
    class Context {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        StatementLog dataSource() {
            var pool = new HikariDataSource();
            pool.setDataSource(TestDatabase.create().dataSource());
            pool.setMaximumPoolSize(20);
            return new StatementLog(pool);
        }
    }
}
