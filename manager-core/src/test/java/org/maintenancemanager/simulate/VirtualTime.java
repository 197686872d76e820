package org.maintenancemanager.simulate;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.maintenancemanager.core.tenant.VirtualClock;
import org.maintenancemanager.testing.TestDatabase;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A database whose clock is set by hand, with services that go by it: a schema before all others holds its own {@code now()}
 * and {@code clock_timestamp()}, and defaults of columns ask these.
 */
@TestConfiguration(proxyBeanMethods = false)
class VirtualTime {
    private static final String SCHEMA = """
            create schema virtual;
            create unlogged table virtual.clock (at timestamptz not null);
            insert into virtual.clock values ('2026-01-01');
            create function virtual.now() returns timestamptz language sql stable
                as 'select at from virtual.clock';
            create function virtual.clock_timestamp() returns timestamptz language sql volatile
                as 'select at from virtual.clock';
            grant usage on schema virtual to public;
            grant select on virtual.clock to public;
            do $$
            declare
                it record;
            begin
                for it in
                    select table_name, column_name, column_default from information_schema.columns
                    where table_schema = 'public' and column_default ~ '(now|clock_timestamp)\\(\\)'
                loop
                    execute format('alter table public.%I alter column %I set default %s', it.table_name, it.column_name,
                                   regexp_replace(it.column_default, '(now|clock_timestamp)\\(\\)', 'virtual.\\1()'));
                end loop;
                execute format('alter database %I set search_path = virtual, pg_catalog, public', current_database());
                -- Nothing of it has to outlive a power cut.
                execute format('alter database %I set synchronous_commit = off', current_database());
            end
            $$;
            """;

    @Bean
    static BeanDefinitionRegistryPostProcessor virtualClockAndDatabase() {
        return new BeanDefinitionRegistryPostProcessor() {
            @Override
            public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry beans) {
                replace(beans, "databaseClock", new RootBeanDefinition(VirtualClock.class, VirtualClock::new));
                replace(
                        beans,
                        "database",
                        new RootBeanDefinition(TestDatabase.Connect.class, VirtualTime::withVirtualTime));
            }
        };
    }

    private static void replace(BeanDefinitionRegistry beans, String name, RootBeanDefinition by) {
        beans.removeBeanDefinition(name);
        beans.registerBeanDefinition(name, by);
    }

    private static TestDatabase.Connect withVirtualTime() {
        TestDatabase.Connect database = TestDatabase.create();
        try (Connection connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(SCHEMA);
        } catch (SQLException broken) {
            throw new IllegalStateException("the database takes no time of its own", broken);
        }
        return database;
    }

    static void set(JdbcClient jdbc, VirtualClock clock, Instant now) {
        jdbc.sql("update virtual.clock set at = :now")
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        clock.set(now);
    }
}
