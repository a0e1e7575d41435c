package dev.parley.worker.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class EngineArchitectureTest {

  @Test
  void theEngineKnowsNothingOfTurnsProvidersOrStores() {
    classes()
        .that()
        .resideInAPackage("dev.parley.worker.engine..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.parley.worker.engine..",
            "java..",
            "org.apache.kafka..",
            "org.slf4j..",
            "org.jspecify..")
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.parley.worker.engine"));
  }
}
