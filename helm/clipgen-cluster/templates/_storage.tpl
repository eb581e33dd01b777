{{/* Where images go. Only gateways read and write them, so only gateways are told. */}}
{{- define "clipgen-cluster.storageEnv" -}}
{{- $storage := .Values.storage -}}
{{- if eq $storage.kind "file" -}}
- name: CLIPGEN__Images__Store
  value: files
- name: CLIPGEN__FileImageStore__RootFolder
  value: /data/images
{{- else -}}
- name: CLIPGEN__Images__Store
  value: blob
- name: CLIPGEN__Images__Container
  value: {{ $storage.container | quote }}
{{- if eq $storage.kind "azurite" }}
- name: CLIPGEN__Images__ConnectionString
  valueFrom:
    secretKeyRef:
      name: {{ include "clipgen-cluster.fullname" . }}-azurite
      key: connectionString
{{- else if $storage.azure.existingSecret }}
- name: CLIPGEN__Images__ConnectionString
  valueFrom:
    secretKeyRef:
      name: {{ $storage.azure.existingSecret }}
      key: connectionString
{{- else }}
- name: CLIPGEN__Images__AccountUrl
  value: {{ $storage.azure.accountUrl | quote }}
{{- end }}
{{- end }}
{{- end }}
