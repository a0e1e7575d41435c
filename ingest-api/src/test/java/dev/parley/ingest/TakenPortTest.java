package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.runtime.ConfigException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TakenPortTest {

  @Test
  void aTakenPortIsToldInOneLineThatNamesTheSetting() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      assertThatThrownBy(() -> ApiServer.start(Map.of("HTTP_PORT", port)).close())
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "HTTP_PORT: port %s cannot be listened on at 127.0.0.1; is something else there?",
              port);
    }
  }
}
