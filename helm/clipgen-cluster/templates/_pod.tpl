{{/* The ports that the executables have by default. */}}
{{- define "clipgen-cluster.httpPort" -}}8080{{- end }}
{{- define "clipgen-cluster.siloPort" -}}11111{{- end }}

{{- define "clipgen-cluster.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "clipgen-cluster.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/*
A map of settings as environment variables; keys that hold secrets or that the chart sets itself have been refused by the checks.
Takes a list of maps, of which a later one has the last word.
*/}}
{{- define "clipgen-cluster.settingsEnv" -}}
{{- $all := dict -}}
{{- range . -}}{{- range $key, $value := . -}}{{- $_ := set $all $key $value -}}{{- end -}}{{- end -}}
{{- range $i, $key := keys $all | sortAlpha -}}
{{- if $i }}{{ "\n" }}{{ end -}}
- name: {{ printf "CLIPGEN__%s" (trimPrefix "ClipGen:" $key | replace ":" "__") }}
{{- $value := get $all $key }}
{{- /* Helm reads whole numbers as floating-point ones, and would write a million as 1e+06. */}}
{{- if kindIs "float64" $value }}{{- if eq $value (floor $value) }}{{- $value = int64 $value }}{{- end }}{{- end }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{/* What every silo is told, gateways included. Takes root and shutdownGraceSeconds. */}}
{{- define "clipgen-cluster.siloEnv" -}}
{{- $root := .root -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: CLIPGEN__Cluster__ClusterId
  value: {{ include "clipgen-cluster.clusterId" $root | quote }}
- name: CLIPGEN__Cluster__ServiceId
  value: {{ include "clipgen-cluster.serviceId" $root | quote }}
- name: CLIPGEN__Cluster__SiloPort
  value: {{ include "clipgen-cluster.siloPort" $root | quote }}
- name: CLIPGEN__Cluster__ShutdownGrace
  value: {{ include "clipgen-cluster.duration" .shutdownGraceSeconds | quote }}
- name: CLIPGEN__Cluster__DataFolder
  value: /data
{{- with include "clipgen-cluster.tlsEnv" $root }}
{{ . }}
{{- end }}
- name: CLIPGEN__Http__Listen
  value: {{ printf "0.0.0.0:%s" (include "clipgen-cluster.httpPort" $root) | quote }}
{{- if $root.Values.redis.enabled }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "clipgen-cluster.redisPasswordSecret" $root }}
      key: password
- name: CLIPGEN__Cluster__Connection
  value: {{ printf "redis://:$(REDIS_PASSWORD)@%s-redis:6379" (include "clipgen-cluster.fullname" $root) | quote }}
{{- else }}
- name: CLIPGEN__Cluster__Connection
  valueFrom:
    secretKeyRef:
      name: {{ $root.Values.redis.existingSecret }}
      key: url
{{- end }}
{{- with $root.Values.telemetry.otlp }}
{{- if .endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ .protocol | quote }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: "service.instance.id=$(POD_NAME),k8s.pod.name=$(POD_NAME),k8s.namespace.name=$(POD_NAMESPACE)"
{{- if .headersSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .headersSecret }}
      key: headers
{{- end }}
{{- end }}
{{- end }}
- name: HOME
  value: /tmp
{{- end }}

{{/* The listeners of a silo. */}}
{{- define "clipgen-cluster.siloPorts" -}}
- name: http
  containerPort: {{ include "clipgen-cluster.httpPort" . }}
- name: silo
  containerPort: {{ include "clipgen-cluster.siloPort" . }}
{{- end }}
