# syntax=docker/dockerfile:1
# One image for web, worker and beat; docker-compose.yml says which is which.

FROM node:22-slim AS front
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.11-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --no-create-home --uid 10001 setia
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=front /app/node_modules node_modules
COPY . .
# Neither command connects to anything; the values only let the settings load.
RUN export SECRET_KEY=build DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost \
    && python manage.py translations --compile \
    && python manage.py collectstatic --no-input
USER setia
EXPOSE 8000
# WEB_CONCURRENCY sets the number of processes (gunicorn reads it itself).
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--threads=4", "--no-control-socket", "--worker-tmp-dir=/dev/shm"]
