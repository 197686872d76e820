package org.maintenancemanager.web.ops;

import io.micrometer.core.instrument.config.MeterFilter;
import org.maintenancemanager.web.ManagerSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * What all meters have in common. Names are {@code manager.<thing>.<what>} with base units, so that Prometheus shows
 * {@code manager_polls_total} and {@code manager_node_calls_seconds}. Labels that grow with use are bounded here, whoever
 * registers the meter.
 */
@Configuration(proxyBeanMethods = false)
class MetricsConfiguration {
    @Bean
    @Order(0)
    MeterFilter boundedTenants(ManagerSettings settings) {
        return new BoundedLabel("tenant", settings.metrics().tenants());
    }

    @Bean
    @Order(0)
    MeterFilter boundedCampaigns(ManagerSettings settings) {
        return new BoundedLabel("campaign", settings.metrics().campaigns());
    }
}
