package org.maintenancemanager.core.tenant;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Puts the {@link GuardedDatabase} below the connection pool that Spring Boot makes. */
@Component
class GuardedPool implements BeanPostProcessor {
    private final Environment environment;

    GuardedPool(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        // One with a data source of its own was made by hand, by somebody who chose what lies below.
        if (bean instanceof HikariDataSource pool && pool.getDataSource() == null && pool.getJdbcUrl() != null) {
            var driver = new DriverDataSource(
                    pool.getJdbcUrl(),
                    pool.getDriverClassName(),
                    pool.getDataSourceProperties(),
                    pool.getUsername(),
                    pool.getPassword());
            pool.setDataSource(new GuardedDatabase(
                    driver, environment.getProperty("manager.database.role", GuardedDatabase.ROLE)));
        }
        return bean;
    }
}
