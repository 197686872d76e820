package org.maintenancemanager.core.image;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ArtifactSettings.class)
class ImageConfiguration {
    @Bean
    ArtifactStore artifactStore(ArtifactSettings settings) {
        return new ArtifactDirectory(
                settings.directory(),
                settings.maxSize().toBytes(),
                settings.keepFree().toBytes());
    }
}
