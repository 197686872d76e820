package org.maintenancemanager.testing;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Member;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.CoreConfiguration;
import org.maintenancemanager.core.tenant.GuardedDatabase;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ContextAnnotationAutowireCandidateResolver;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.test.context.TestConstructor;
import org.springframework.transaction.support.TransactionTemplate;

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
            "manager.node-authority.directory=target/test-node-authority",
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
        TestDatabase.Connect database() {
            return TestDatabase.create();
        }

        /** What the core gets: under the role, and bound to the tenant of the call, as in production. */
        @Bean
        StatementLog dataSource(TestDatabase.Connect database) {
            var pool = new HikariDataSource();
            pool.setDataSource(new GuardedDatabase(database.dataSource(), GuardedDatabase.ROLE));
            pool.setMaximumPoolSize(20);
            return new StatementLog(pool);
        }

        /**
         * A test that asks for a {@code JdbcClient} gets one of its own, past the core: as the owner of the tables, who
         * sees every tenant, so that it can prepare and check rows.
         */
        @Bean
        static BeanFactoryPostProcessor jdbcOfTests() {
            return factory -> ((DefaultListableBeanFactory) factory)
                    .setAutowireCandidateResolver(new ContextAnnotationAutowireCandidateResolver() {
                        @Override
                        public @Nullable Object getSuggestedValue(DependencyDescriptor dependency) {
                            if (dependency.getDependencyType() != JdbcClient.class || !isTest(dependency.getMember())) {
                                return super.getSuggestedValue(dependency);
                            }
                            return factory.getBean(OwnerJdbc.class).client();
                        }
                    });
        }

        private static boolean isTest(@Nullable Member asking) {
            return asking != null && AnnotatedElementUtils.hasAnnotation(asking.getDeclaringClass(), CoreTest.class);
        }

        @Bean
        OwnerJdbc ownerJdbc(TestDatabase.Connect database) {
            var pool = new HikariDataSource();
            pool.setDataSource(database.dataSource());
            pool.setMaximumPoolSize(20);
            return new OwnerJdbc(
                    pool, JdbcClient.create(pool), new TransactionTemplate(new JdbcTransactionManager(pool)));
        }
    }

    /** The database past the core: as the owner of the tables, with transactions of its own. */
    record OwnerJdbc(HikariDataSource pool, JdbcClient client, TransactionTemplate transactions)
            implements AutoCloseable {
        @Override
        public void close() {
            pool.close();
        }
    }
}
