# check=skip=ConstantPlatform,JSONArgsRecommended
FROM --platform=linux/amd64 debian:13
COPY app /app
