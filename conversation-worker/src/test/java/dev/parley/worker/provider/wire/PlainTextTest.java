package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Events of which the text is read without a tree, and those that are left alone. */
final class PlainTextTest {

  private interface Finder {
    String in(byte[] bytes, int offset, int length) throws IOException;
  }

  @Test
  void ofAnthropicsEventsTextDeltasAreRead() throws IOException {
    assertText(
        AnthropicText::in,
        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'a\\nb \u00e9'}}",
        "{'delta':{'text':'a\\nb \u00e9','type':'text_delta'},'more':{'a':[1]},'type':'content_block_delta'}");
    assertNoText(
        AnthropicText::in,
        "{'type':'message_start','message':{'content':[]}}",
        "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':'Hi'}}",
        "{'type':'content_block_delta','delta':{'type':'thinking_delta','thinking':'Hi'}}",
        "{'type':'content_block_delta','delta':{'type':'signature_delta','signature':'Hi'}}",
        "{'type':'content_block_delta','delta':{'type':'input_json_delta','partial_json':'Hi'}}",
        "{'type':'content_block_delta','delta':{'type':'text_delta','text':'Hi','citation':{}}}",
        "{'type':'content_block_delta','delta':{'type':'other_delta','text':'Hi'}}",
        "{'type':'content_block_delta','delta':{'text':'Hi'}}",
        "{'type':'content_block_delta','delta':{'type':'text_delta','text':null}}",
        "{'type':'content_block_delta','delta':'Hi'}",
        "{'delta':{'type':'text_delta','text':'Hi'}}",
        "{'type':'error','error':{'type':'overloaded_error'}}",
        "{'type':'ping'}",
        "['Hi']",
        "'Hi'");
  }

  @Test
  void ofResponsesTextDeltasAreRead() throws IOException {
    assertText(
        OpenAiResponsesText::in,
        "{'type':'response.output_text.delta','sequence_number':7,'item_id':'m','output_index':0,"
            + "'content_index':0,'delta':'a\\nb \u00e9','logprobs':[{'token':'a'}],'obfuscation':'x'}",
        "{'delta':'a\\nb \u00e9','type':'response.output_text.delta'}");
    assertNoText(
        OpenAiResponsesText::in,
        "{'type':'response.created','response':{'id':'r'}}",
        "{'type':'response.output_text.done','text':'Hi','delta':'Hi'}",
        "{'type':'response.refusal.delta','delta':'Hi'}",
        "{'type':'response.reasoning_summary_text.delta','delta':'Hi'}",
        "{'type':'response.function_call_arguments.delta','delta':'Hi'}",
        "{'type':'response.output_text.delta','delta':{'text':'Hi'}}",
        "{'type':'response.output_text.delta'}",
        "{'type':7,'delta':'Hi'}",
        "{'delta':'Hi'}",
        "['Hi']",
        "'Hi'");
  }

  @Test
  void ofGeminisChunksThoseWithTextAloneAreRead() throws IOException {
    assertText(
        GeminiText::in,
        "{'candidates':[{'content':{'parts':[{'text':'a\\nb \u00e9'}],'role':'model'},'index':0}],"
            + "'modelVersion':'g','responseId':'r'}",
        "{'candidates':[{'content':{'parts':[{'text':'a\\nb \u00e9'}]},'safetyRatings':[{'a':1}]}]}");
    assertNoText(
        GeminiText::in,
        "{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}],'usageMetadata':{'promptTokenCount':1}}",
        "{'candidates':[{'content':{'parts':[{'text':'Hi'}]},'finishReason':'STOP'}]}",
        "{'candidates':[{'content':{'parts':[{'text':'Hi','thought':true}]}}]}",
        "{'candidates':[{'content':{'parts':[{'thought':true,'text':'Hi'}]}}]}",
        "{'candidates':[{'content':{'parts':[{'text':'Hi','thoughtSignature':'s'}]}}]}",
        "{'candidates':[{'content':{'parts':[{'text':'Hi'},{'text':'Ho'}]}}]}",
        "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f'}}]}}]}",
        "{'candidates':[{'content':{'parts':[]}}]}",
        "{'candidates':[{'content':{'parts':[{'text':'Hi'}]},'index':1}]}",
        "{'candidates':[{'content':{'parts':[{'text':'Hi'}]}},{'content':{}}]}",
        "{'candidates':[],'promptFeedback':{'blockReason':'SAFETY'}}",
        "{'error':{'code':503}}",
        "{'candidates':'Hi'}",
        "[{'candidates':[]}]",
        "'Hi'");
  }

  private static void assertText(Finder finder, String... events) throws IOException {
    for (String event : events) {
      assertThat(find(finder, event)).as(event).isEqualTo("a\nb \u00e9");
    }
  }

  private static void assertNoText(Finder finder, String... events) throws IOException {
    for (String event : events) {
      assertThat(find(finder, event)).as(event).isNull();
    }
  }

  /** Out of the middle of an array, as events stand in a buffer. */
  private static String find(Finder finder, String json) throws IOException {
    byte[] bytes = ("  " + json + "  ").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return finder.in(bytes, 2, bytes.length - 4);
  }
}
