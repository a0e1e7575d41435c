package dev.parley.simulator.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectivesTest {

  private static Behaviour read(String directives) {
    return Directives.apply(Behaviour.INSTANT, directives);
  }

  @Test
  void everyDirectiveChangesItsPart() {
    Behaviour behaviour =
        read(
            "latency=200ms rate=50/s tokens=40 fail=429:2 retry-after=1.5s error-code=slow"
                + " reset-after=3 usage=none cached=1 cache-write=2 cache-write-1h=4 reasoning=3 window=900 finish=length"
                + " tool=get_weather key=abc session=s1");

    assertThat(behaviour)
        .isEqualTo(
            new Behaviour(
                new Delay.Fixed(Duration.ofMillis(200)),
                50,
                40,
                new Failure(429, 2, Duration.ofMillis(1500), "slow"),
                1,
                new Break(Break.Kind.RESET, 3),
                false,
                "length",
                "get_weather",
                1,
                2,
                4,
                3,
                900,
                "abc",
                "s1"));
  }

  @Test
  void latencyIsFixedUniformOrExponential() {
    assertThat(read("latency=1.5s").latency()).isEqualTo(new Delay.Fixed(Duration.ofMillis(1500)));
    assertThat(read("latency=1ms..2s").latency())
        .isEqualTo(new Delay.Uniform(Duration.ofMillis(1), Duration.ofSeconds(2)));
    assertThat(read("latency=exp:30ms").latency())
        .isEqualTo(new Delay.Exponential(Duration.ofMillis(30)));
  }

  @Test
  void breaksAreTold() {
    assertThat(read("hang=before").disruption())
        .isEqualTo(new Break(Break.Kind.HANG, Break.BEFORE_ANYTHING));
    assertThat(read("hang=opened").disruption()).isEqualTo(new Break(Break.Kind.HANG, 0));
    assertThat(read("hang=between").disruption()).isEqualTo(new Break(Break.Kind.HANG, 1));
    assertThat(read("hang-after=7").disruption()).isEqualTo(new Break(Break.Kind.HANG, 7));
    assertThat(read("cut-after=2").disruption()).isEqualTo(new Break(Break.Kind.CUT, 2));
    assertThat(read("error-in-stream=2").disruption()).isEqualTo(new Break(Break.Kind.ERROR, 2));
    assertThat(read("reset-after=0").disruption())
        .isEqualTo(new Break(Break.Kind.RESET, Break.BEFORE_ANYTHING));
  }

  @Test
  void ofTwoForTheSameThingTheLastWinsAndTheRestStays() {
    Behaviour behaviour = Directives.apply(read("rate=5 tokens=9"), "tokens=1 tokens=2");

    assertThat(behaviour.tokens()).isEqualTo(2);
    assertThat(behaviour.tokensPerSecond()).isEqualTo(5);
  }

  @Test
  void aRateOfFailuresNeedsNoStatus() {
    Behaviour behaviour = read("fail-rate=0.25");

    assertThat(behaviour.failure()).isEqualTo(new Failure(503, Failure.ALWAYS, null, null));
    assertThat(behaviour.failureRate()).isEqualTo(0.25);
    assertThat(Directives.apply(behaviour, "fail-rate=0").failureRate()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "latency",
        "latency=",
        "=1",
        "latency=5",
        "latency=5h",
        "latency=-1ms",
        "latency=2s..1s",
        "rate=fast",
        "rate=0.0000001",
        "tokens=-1",
        "tokens=1.5",
        "tokens=99999999",
        "fail=200",
        "fail=700",
        "fail=500:0",
        "fail=x",
        "fail-rate=1.1",
        "hang=later",
        "usage=some",
        "finish=never",
        "speed=1",
        "latency=1..2.3ms"
      })
  void whatCannotBeReadIsAnError(String directive) {
    assertThatThrownBy(() -> read(directive))
        .isInstanceOf(DirectiveException.class)
        .hasMessageContaining(directive.strip());
  }

  @Test
  void blocksAreFoundAndTakenOut() {
    String message = "[[sim tokens=4]] Hello [[sim]]there[[sim fail=500\tkey=a ]]";

    assertThat(Directives.in(message)).containsExactly(" tokens=4", "", " fail=500\tkey=a ");
    assertThat(Directives.strip(message)).isEqualTo("Hello there");
    assertThat(Directives.in("no [[simple]] block")).isEmpty();
    assertThat(Directives.strip("no [[simple]] block")).isEqualTo("no [[simple]] block");
  }
}
