package dev.parley.testkit.infra;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Keeps the one shared infrastructure in JUnit's root store, which closes it after the last test.
 */
final class InfrastructureExtension implements ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(InfrastructureExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestInfrastructure.class;
  }

  @Override
  public TestInfrastructure resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(
            TestInfrastructure.class,
            key -> TestInfrastructure.choose(System.getenv(), System.out::println),
            TestInfrastructure.class);
  }
}
