FROM debian:13-slim
RUN f-g() { echo a; }; f-g
RUN arr=(a b); echo "${arr[@]}" && [[ a == b ]] || (( 1 + 1 ))
RUN echo a &>/dev/null; diff <(echo a) <(echo b)
RUN --mount=type=secret,id=x set -eux; \
    # why
    case "$(cat /run/secrets/x)" in \
      a) echo ;; \
    esac
