package dev.parley.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DatabaseUrlTest {

  private static DatabaseUrl parse(String url) {
    return DatabaseUrl.parse("DATABASE_URL", url);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          postgres://u:p@db/app, jdbc:postgresql://db/app, u, p
          postgresql://u:p@db:5433/app, jdbc:postgresql://db:5433/app, u, p
          postgresql://u:p%40s%2Fs%3A+1@db/app, jdbc:postgresql://db/app, u, p@s/s:+1
          postgresql://u:a@b/c@db/app, jdbc:postgresql://db/app, u, a@b/c
          postgresql://u%20v@db/app, jdbc:postgresql://db/app, u v,
          postgresql://u@db, jdbc:postgresql://db/u, u,
          postgresql://u:p@[::1]:5432/app, jdbc:postgresql://[::1]:5432/app, u, p
          'postgresql://u:p@a:1,b:2/app', 'jdbc:postgresql://a:1,b:2/app', u, p
          postgres://u:p@db/app?sslmode=require, jdbc:postgresql://db/app?sslmode=require, u, p
          postgres://u:p@db/app?connect_timeout=3&application_name=a%20b, jdbc:postgresql://db/app?connectTimeout=3&ApplicationName=a%20b, u, p
          postgres://db/app?user=u&password=p, jdbc:postgresql://db/app, u, p
          jdbc:postgresql://db:5432/app?user=u&password=p%26&ssl=true, jdbc:postgresql://db:5432/app?ssl=true, u, p&
          jdbc:postgresql://db/app, jdbc:postgresql://db/app,,
          postgres://db/app?target_session_attrs=read-write, jdbc:postgresql://db/app?targetServerType=primary,,
          """)
  void urls_of_all_forms_are_read(String url, String jdbc, String user, String password) {
    DatabaseUrl parsed = parse(url);

    assertThat(parsed.jdbcUrl()).isEqualTo(jdbc);
    assertThat(parsed.user()).isEqualTo(user);
    assertThat(parsed.password()).isEqualTo(password);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          mysql://u:s3cret@db/app, must begin with
          u:s3cret@db, must begin with
          postgres://u:s3cret@/app, no host
          postgres://u:s3cret@:5432/app, empty host
          postgres://u:s3cret@db:54x/app, port
          postgres://u:s3cret%zz@db/app, hexadecimal
          postgres://u:s3cret@db/app?sslmode, name=value
          postgres://db?password=s3cret, no database
          """)
  void what_is_wrong_is_told_without_the_password(String url, String why) {
    assertThatThrownBy(() -> parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("DATABASE_URL ")
        .hasMessageContaining(why)
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }

  @Test
  void its_text_does_not_hold_the_password() {
    assertThat(parse("postgres://u:s3cret@db/app").toString())
        .contains("db/app")
        .doesNotContain("s3cret");
  }
}
