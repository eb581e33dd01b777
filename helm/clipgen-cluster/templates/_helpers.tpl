{{- define "clipgen-cluster.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Short enough for a pool's name and an ordinal behind it. */}}
{{- define "clipgen-cluster.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "clipgen-cluster.name" . -}}
{{- if contains .Release.Name $name -}}
{{- $name | trunc 30 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 30 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "clipgen-cluster.selectorLabels" -}}
app.kubernetes.io/name: {{ include "clipgen-cluster.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "clipgen-cluster.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "clipgen-cluster.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of pods: none that changes with the chart's version, for that would restart silos for nothing. */}}
{{- define "clipgen-cluster.podLabels" -}}
{{ include "clipgen-cluster.selectorLabels" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels that only silos' pods have: Orleans' Kubernetes hosting lists the cluster's pods by the first two, the NetworkPolicies by the third. */}}
{{- define "clipgen-cluster.siloLabels" -}}
orleans/clusterId: {{ include "clipgen-cluster.clusterId" . | quote }}
orleans/serviceId: {{ include "clipgen-cluster.serviceId" . | quote }}
clipgen/silo: "true"
{{- end }}

{{- define "clipgen-cluster.clusterId" -}}
{{- default (printf "%s-%s" .Release.Namespace (include "clipgen-cluster.fullname" .) | trunc 63 | trimSuffix "-") .Values.cluster.id -}}
{{- end }}

{{- define "clipgen-cluster.serviceId" -}}
{{- default (include "clipgen-cluster.clusterId" .) .Values.cluster.serviceId -}}
{{- end }}

{{/* An image's name. Takes root, image, and suffix, which is appended to the tag. */}}
{{- define "clipgen-cluster.image" -}}
{{- $tag := printf "%s%s" (default .root.Chart.AppVersion .image.tag) (default "" .suffix) -}}
{{- $repository := .image.repository -}}
{{- $first := splitList "/" $repository | first -}}
{{- if and .root.Values.imageRegistry (not (contains "." $first)) -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .root.Values.imageRegistry) $repository -}}
{{- end -}}
{{- printf "%s:%s" $repository $tag -}}
{{- end }}

{{/* Seconds as .NET reads a duration. */}}
{{- define "clipgen-cluster.duration" -}}
{{- $seconds := int . -}}
{{- printf "%02d:%02d:%02d" (div $seconds 3600) (mod (div $seconds 60) 60) (mod $seconds 60) -}}
{{- end }}

{{/* A pool with the defaults of what it leaves out, as YAML. (Sprig's merge would take a 0 for something left out.) */}}
{{- define "clipgen-cluster.pool" -}}
{{- $defaults := dict
  "replicas" 1
  "backend" "cuda"
  "imageTag" ""
  "devices" (list)
  "models" (list)
  "stages" (list)
  "gpu" (dict)
  "slots" 0
  "threads" 0
  "startupSeconds" 900
  "shutdownGraceSeconds" 120
  "runtimeClassName" ""
  "priorityClassName" ""
  "nodeSelector" (dict)
  "tolerations" (list)
  "affinity" (dict)
  "topologySpreadConstraints" (list)
  "resources" (dict "requests" (dict "cpu" "1" "memory" "2Gi"))
  "settings" (dict)
  "autoscaling" (dict "enabled" false) -}}
{{- range $key, $value := . -}}{{- $_ := set $defaults $key $value -}}{{- end -}}
{{- $defaults | toYaml -}}
{{- end }}

{{- define "clipgen-cluster.redisPasswordSecret" -}}
{{- default (printf "%s-redis" (include "clipgen-cluster.fullname" .)) .Values.redis.passwordSecret -}}
{{- end }}

{{- define "clipgen-cluster.apiKeysSecret" -}}
{{- default (printf "%s-api-keys" (include "clipgen-cluster.fullname" .)) .Values.auth.existingSecret -}}
{{- end }}

{{/* The Secret with a key for clients; nothing where the chart knows of none. */}}
{{- define "clipgen-cluster.clientKeySecret" -}}
{{- if .Values.helmTest.apiKeySecret -}}
{{- .Values.helmTest.apiKeySecret -}}
{{- else if not .Values.auth.existingSecret -}}
{{- printf "%s-api-key" (include "clipgen-cluster.fullname" .) -}}
{{- end -}}
{{- end }}

{{/* Where the gateway is reached from within the cluster. */}}
{{- define "clipgen-cluster.gatewayUrl" -}}
http://{{ include "clipgen-cluster.fullname" . }}-gateway.{{ .Release.Namespace }}:{{ .Values.gateway.service.port }}
{{- end }}

{{/* The port of an address, or that of its scheme. */}}
{{- define "clipgen-cluster.urlPort" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- default (ternary "443" "80" (eq $url.scheme "https")) $port -}}
{{- end }}
