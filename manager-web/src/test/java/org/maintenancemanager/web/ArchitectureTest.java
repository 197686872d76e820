package org.maintenancemanager.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;

/** The edge translates and decides nothing: it asks the core's services, never the database. */
@NullMarked
@AnalyzeClasses(packages = "org.maintenancemanager.web", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule nobodyAtTheEdgeSpeaksSql = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.jdbc.core..", "jakarta.persistence..", "org.hibernate..")
            .because("data is the core's affair");

    /** The answer kept for an Idempotency-Key is the exception: it commits together with the call. */
    @ArchTest
    static final ArchRule transactionsAreOpenedByTheCore = noClasses()
            .that()
            .resideOutsideOfPackage("..web.rest..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.transaction.annotation..", "org.springframework.transaction.support..");

    @ArchTest
    static final ArchRule theNodeApiAndTheAdminApiDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("..web.agent..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..web.admin..", "..web.rest..");

    @ArchTest
    static final ArchRule theAdminApiKnowsNoNodeApi = noClasses()
            .that()
            .resideInAnyPackage("..web.admin..", "..web.rest..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..web.agent..");

    @ArchTest
    static final ArchRule securityAndOperationsKnowNoApi = noClasses()
            .that()
            .resideInAnyPackage("..web.security..", "..web.ops..", "..web.problem..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..web.admin..", "..web.agent..");

    @ArchTest
    static final ArchRule onlyTheApisOfNodesSpeakGrpc = noClasses()
            .that()
            .resideOutsideOfPackages("..web.agent..", "..web.emf..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.maintenancemanager.api.grpc..");

    @ArchTest
    static final ArchRule packagesFormNoCircle = SlicesRuleDefinition.slices()
            .matching("org.maintenancemanager.web.(*)..")
            .should()
            .beFreeOfCycles();
}
