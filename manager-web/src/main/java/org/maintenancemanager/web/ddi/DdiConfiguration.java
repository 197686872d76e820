package org.maintenancemanager.web.ddi;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Puts the device API before everything else that handles requests, as the node API is. */
@Configuration(proxyBeanMethods = false)
class DdiConfiguration {
    @Bean
    FilterRegistrationBean<DdiApi> ddiApi(DdiCalls calls, DdiAnswers answers, DdiTimes times) {
        var registration = new FilterRegistrationBean<>(new DdiApi(calls, answers, times));
        // The tenant stands first in the path, so no pattern picks out its requests.
        registration.addUrlPatterns("/*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
