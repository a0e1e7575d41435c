package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class OpenAiChatTextTest {

  @Test
  void findsTheTextOfAnEventThatHasNothingElse() throws IOException {
    assertThat(in("{'choices':[{'delta':{'content':'Hi'}}]}")).isEqualTo("Hi");
    assertThat(
            in(
                "{'id':'c','object':'x','created':1,'model':'m','service_tier':{'a':[1,{}]},"
                    + "'choices':[{'index':0,'delta':{'role':'assistant','content':'a\\nb \u00e9',"
                    + "'refusal':null,'tool_calls':null},'logprobs':{'content':[{'token':'a'}]},"
                    + "'finish_reason':null}],'usage':null,'obfuscation':'abc'}"))
        .isEqualTo("a\nb \u00e9");
    assertThat(in("{'choices':[{'delta':{'content':''}}]}")).isEmpty();
  }

  @Test
  void leavesEveryOtherEventAlone() throws IOException {
    String[] others = {
      "{'choices':[]}",
      "{'choices':[],'usage':{'prompt_tokens':1}}",
      "{'choices':[{'delta':{'content':'Hi'}}],'usage':{'prompt_tokens':1}}",
      "{'choices':[{'delta':{'content':'Hi'}}],'error':{'message':'no'}}",
      "{'choices':[{'delta':{'content':'Hi'},'finish_reason':'stop'}]}",
      "{'choices':[{'index':1,'delta':{'content':'Hi'}}]}",
      "{'choices':[{'delta':{'content':'Hi'}},{'index':1,'delta':{'content':'Ho'}}]}",
      "{'choices':[{'delta':{'content':'Hi','reasoning_content':'why'}}]}",
      "{'choices':[{'delta':{'content':'Hi','tool_calls':[]}}]}",
      "{'choices':[{'delta':{'content':'Hi','refusal':'no'}}]}",
      "{'choices':[{'delta':{'content':['Hi']}}]}",
      "{'choices':[{'delta':{'content':null}}]}",
      "{'choices':[{'delta':'Hi'}]}",
      "{'choices':['Hi']}",
      "{'choices':'Hi'}",
      "['Hi']",
      "'Hi'"
    };
    for (String other : others) {
      assertThat(in(other)).as(other).isNull();
    }
  }

  private static String in(String json) throws IOException {
    byte[] bytes = ("  " + json + "  ").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return OpenAiChatText.in(bytes, 2, bytes.length - 4);
  }
}
