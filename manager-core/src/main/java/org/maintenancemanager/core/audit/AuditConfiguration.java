package org.maintenancemanager.core.audit;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AuditSettings.class)
class AuditConfiguration {
    @Bean
    AuditDirectory auditDirectory(AuditSettings settings) {
        return new AuditDirectory(settings.directory());
    }

    @Bean
    SigningKey signingKey(AuditSettings settings, AuditDirectory directory) {
        return SigningKey.loadOrMake(settings.signingKey() == null ? directory.signingKey() : settings.signingKey());
    }

    @Bean
    TrustedKeys trustedKeys(SigningKey key, AuditDirectory directory) {
        return TrustedKeys.of(key, directory.formerKeys());
    }
}
