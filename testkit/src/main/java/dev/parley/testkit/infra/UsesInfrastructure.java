package dev.parley.testkit.infra;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the test class a {@link TestInfrastructure} wherever a constructor or method has such a
 * parameter.
 *
 * <p>The services are started once for all test classes of the JVM and end with the last of them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(InfrastructureExtension.class)
public @interface UsesInfrastructure {}
