{{/* What fills /models before a silo starts; nothing where a volume comes with bundles in it. */}}
{{- define "clipgen-cluster.modelsInit" -}}
{{- $models := .Values.models -}}
{{- if eq $models.source "image" -}}
initContainers:
  - name: models
    image: {{ include "clipgen-cluster.image" (dict "root" . "image" $models.image) | quote }}
    imagePullPolicy: {{ $models.image.pullPolicy }}
    command: ["cp", "-R", "/models/.", "/target"]
    resources:
      {{- include "clipgen-cluster.initResources" . | nindent 6 }}
    securityContext:
      {{- include "clipgen-cluster.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: models
        mountPath: /target
{{- else if eq $models.source "pull" -}}
initContainers:
  {{- range $models.pull.bundles }}
  - name: pull-{{ .name }}
    image: {{ include "clipgen-cluster.image" (dict "root" $ "image" $models.pull.image) | quote }}
    imagePullPolicy: {{ $models.pull.image.pullPolicy }}
    command: ["sh", "/scripts/pull.sh"]
    args:
      - {{ .name | quote }}
      - {{ .url | quote }}
      - {{ .sha256 | lower | quote }}
    resources:
      {{- include "clipgen-cluster.initResources" $ | nindent 6 }}
    securityContext:
      {{- include "clipgen-cluster.containerSecurityContext" $ | nindent 6 }}
    volumeMounts:
      - name: models
        mountPath: /models
      - name: scripts
        mountPath: /scripts
        readOnly: true
  {{- end }}
{{- end }}
{{- end }}

{{- define "clipgen-cluster.initResources" -}}
requests:
  cpu: 100m
  memory: 64Mi
limits:
  memory: 256Mi
{{- end }}

{{- define "clipgen-cluster.modelsVolume" -}}
{{- $models := .Values.models -}}
{{- if eq $models.source "image" -}}
- name: models
  emptyDir: {}
{{- else if eq $models.source "pvc" -}}
- name: models
  persistentVolumeClaim:
    claimName: {{ $models.pvc.claimName }}
    readOnly: true
{{- else if eq $models.source "hostPath" -}}
- name: models
  hostPath:
    path: {{ $models.hostPath.path }}
    type: Directory
{{- else -}}
{{- if not $models.pull.cache.enabled -}}
- name: models
  emptyDir:
    sizeLimit: {{ $models.pull.cache.size }}
{{ end -}}
- name: scripts
  configMap:
    name: {{ include "clipgen-cluster.fullname" . }}-pull
{{- end }}
{{- end }}
