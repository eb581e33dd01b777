{{/* Everything that cannot work, all of it at once; rendered by NOTES.txt. */}}
{{- define "clipgen-cluster.checks" -}}
{{- $problems := list -}}
{{- $values := .Values -}}

{{- /* Images */ -}}
{{- $gateways := int $values.gateway.replicas -}}
{{- if $values.gateway.autoscaling.enabled -}}{{- $gateways = int $values.gateway.autoscaling.maxReplicas -}}{{- end -}}
{{- if and (eq $values.storage.kind "file") (gt $gateways 1) -}}
{{- $problems = append $problems (printf "storage.kind is file, but there may be %d gateways, and each would have its own files; set storage.kind to azure, or gateway.replicas to 1 without gateway.autoscaling." $gateways) -}}
{{- end -}}
{{- if eq $values.storage.kind "azure" -}}
{{- if and (not $values.storage.azure.existingSecret) (not $values.storage.azure.accountUrl) -}}
{{- $problems = append $problems "storage.kind is azure, but neither storage.azure.existingSecret nor storage.azure.accountUrl says which account; set one of them." -}}
{{- else if and $values.storage.azure.existingSecret $values.storage.azure.accountUrl -}}
{{- $problems = append $problems "storage.azure has both existingSecret and accountUrl; leave one of them empty." -}}
{{- end -}}
{{- end -}}

{{- /* Redis */ -}}
{{- if and $values.redis.enabled $values.redis.existingSecret -}}
{{- $problems = append $problems "redis.existingSecret names a Redis that is there already, but redis.enabled is true; set redis.enabled to false, or leave redis.existingSecret empty." -}}
{{- end -}}
{{- if not (or $values.redis.enabled $values.redis.existingSecret) -}}
{{- $problems = append $problems "There is no Redis: set redis.enabled to true, or redis.existingSecret to a Secret whose key url leads to one." -}}
{{- end -}}

{{- /* TLS among silos */ -}}
{{- with $values.cluster.tls -}}
{{- if and .enabled (not .existingSecret) (not .certManager.enabled) -}}
{{- $problems = append $problems "cluster.tls is on, but there is no certificate to show; set cluster.tls.existingSecret to a Secret with tls.crt, tls.key and ca.crt, or cluster.tls.certManager.enabled to true." -}}
{{- end -}}
{{- if and .existingSecret .certManager.enabled -}}
{{- $problems = append $problems "cluster.tls has both existingSecret and certManager.enabled, and cert-manager would write over the Secret; leave one of them out." -}}
{{- end -}}
{{- if and (not .enabled) (or .existingSecret .authoritySecret .certManager.enabled) -}}
{{- $problems = append $problems "cluster.tls says where certificates come from, but cluster.tls.enabled is false, and silos would talk in the clear; set it to true." -}}
{{- end -}}
{{- if and .certManager.issuerRef.name (not .certManager.enabled) -}}
{{- $problems = append $problems "cluster.tls.certManager.issuerRef names an issuer, but cluster.tls.certManager.enabled is false, so nobody would ask it; set it to true." -}}
{{- end -}}
{{- if and .certManager.enabled (le (int .certManager.durationHours) (int .certManager.renewBeforeHours)) -}}
{{- $problems = append $problems (printf "cluster.tls.certManager.renewBeforeHours is %d, and a certificate is valid for %d hours only, so it would be renewed all the time; lower the former." (int .certManager.renewBeforeHours) (int .certManager.durationHours)) -}}
{{- end -}}
{{- end -}}

{{- /* Who may call */ -}}
{{- $outside := or $values.gateway.ingress.enabled $values.gateway.httpRoute.enabled -}}
{{- if and $values.auth.anonymous $outside -}}
{{- $problems = append $problems "auth.anonymous lets everybody in, and gateway.ingress or gateway.httpRoute leads everybody there; leave auth.anonymous false." -}}
{{- end -}}
{{- if and $values.auth.anonymous $values.auth.existingSecret -}}
{{- $problems = append $problems "auth.anonymous is true, but auth.existingSecret names keys to ask for; leave one of them out." -}}
{{- end -}}
{{- if and $values.gateway.ingress.enabled (not $values.gateway.ingress.host) -}}
{{- $problems = append $problems "gateway.ingress.host is empty; name the host that clients call." -}}
{{- end -}}
{{- if and $values.gateway.httpRoute.enabled (not $values.gateway.httpRoute.parentRefs) -}}
{{- $problems = append $problems "gateway.httpRoute.parentRefs is empty; name the Gateway that the route hangs on." -}}
{{- end -}}

{{- /* Numbers of gateways */ -}}
{{- with $values.gateway.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- $problems = append $problems (printf "gateway.autoscaling.minReplicas is %d, more than maxReplicas, %d." (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if and .enabled (eq (int .targetCPUUtilizationPercentage) 0) (eq (int .queueDepth.target) 0) -}}
{{- $problems = append $problems "gateway.autoscaling has no metric to go by; set targetCPUUtilizationPercentage or queueDepth.target." -}}
{{- end -}}
{{- end -}}

{{- /* Models */ -}}
{{- if and (eq $values.models.source "pvc") (not $values.models.pvc.claimName) -}}
{{- $problems = append $problems "models.source is pvc, but models.pvc.claimName is empty; name a claim with bundles in it." -}}
{{- end -}}
{{- if and (eq $values.models.source "hostPath") (not $values.models.hostPath.path) -}}
{{- $problems = append $problems "models.source is hostPath, but models.hostPath.path is empty; name the folder with bundles." -}}
{{- end -}}
{{- $pulled := list -}}
{{- range $values.models.pull.bundles -}}{{- $pulled = append $pulled .name -}}{{- end -}}
{{- if and (eq $values.models.source "pull") (not $pulled) -}}
{{- $problems = append $problems "models.source is pull, but models.pull.bundles is empty; say what to fetch." -}}
{{- end -}}

{{- /* Pools */ -}}
{{- $stages := list -}}
{{- $count := 0 -}}
{{- range $name, $given := $values.pools -}}
{{- if $given -}}
{{- $count = add1 $count -}}
{{- $pool := include "clipgen-cluster.pool" $given | fromYaml -}}
{{- $gpu := $pool.gpu -}}
{{- $cards := int (default 0 $gpu.count) -}}
{{- $cuda := eq $pool.backend "cuda" -}}
{{- range $pool.devices -}}{{- if hasPrefix "cuda" . -}}{{- $cuda = true -}}{{- end -}}{{- end -}}
{{- if and $cuda (or (not $gpu.resource) (lt $cards 1)) -}}
{{- $problems = append $problems (printf "pools.%s is to use CUDA, but asks for no GPU; set pools.%s.gpu.resource (for example nvidia.com/gpu) and count, or pools.%s.backend to cpu." $name $name $name) -}}
{{- end -}}
{{- if and (eq $pool.backend "cpu") $cuda -}}
{{- $problems = append $problems (printf "pools.%s.devices has a CUDA device, but its backend is cpu, whose image has no CUDA; set pools.%s.backend to cuda." $name $name) -}}
{{- end -}}
{{- if and (not $cuda) (gt $cards 0) -}}
{{- $problems = append $problems (printf "pools.%s has the backend cpu, and would hold a GPU that it does not use; leave pools.%s.gpu out." $name $name) -}}
{{- end -}}
{{- if eq (int $pool.replicas) 0 -}}{{- else if $pool.stages -}}{{- $stages = concat $stages $pool.stages -}}{{- else -}}{{- $stages = list "encode" "sample" "decode" -}}{{- end -}}
{{- if $pool.autoscaling.enabled -}}
{{- if not $values.silo.keda.prometheusAddress -}}
{{- $problems = append $problems (printf "pools.%s.autoscaling is on, but silo.keda.prometheusAddress is empty; say where KEDA finds the queue's depth." $name) -}}
{{- end -}}
{{- if gt (int (default 1 $pool.autoscaling.minReplicas)) (int (default 4 $pool.autoscaling.maxReplicas)) -}}
{{- $problems = append $problems (printf "pools.%s.autoscaling.minReplicas is more than maxReplicas." $name) -}}
{{- end -}}
{{- end -}}
{{- range (default $values.models.load $pool.models) -}}
{{- if and (eq $values.models.source "pull") (not (has . $pulled)) -}}
{{- $problems = append $problems (printf "pools.%s is to load the model %s, which models.pull.bundles does not fetch." $name .) -}}
{{- end -}}
{{- end -}}
{{- if has $name (list "gateway" "redis" "azurite" "images") -}}
{{- $problems = append $problems (printf "pools.%s has the name of another part; call it something else." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if eq (int $count) 0 -}}
{{- $problems = append $problems "There is no pool: nothing would draw. Describe one under pools." -}}
{{- else -}}
{{- range list "encode" "sample" "decode" -}}
{{- if not (has . $stages) -}}
{{- $problems = append $problems (printf "No pool with replicas offers the stage %s, so no request would ever end; add it to some pool's stages." .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Settings */ -}}
{{- $own := list "ClipGen:Cluster:Connection" "ClipGen:Cluster:AdoNet:" "ClipGen:Cluster:ClusterId" "ClipGen:Cluster:ServiceId" "ClipGen:Cluster:SiloName" "ClipGen:Cluster:Roles" "ClipGen:Cluster:AdvertisedAddress" "ClipGen:Cluster:SiloPort" "ClipGen:Cluster:DataFolder" "ClipGen:Cluster:ShutdownGrace" "ClipGen:Cluster:Tls:" "ClipGen:Http:" "ClipGen:Auth:" "ClipGen:Images:Store" "ClipGen:Images:Container" "ClipGen:Images:ConnectionString" "ClipGen:Images:AccountUrl" "ClipGen:FileImageStore:" "ClipGen:Devices:Names" "ClipGen:Devices:Models" "ClipGen:Devices:Stages" "ClipGen:Devices:DataFolder" -}}
{{- $maps := list (list "settings" $values.settings) (list "gateway.settings" $values.gateway.settings) (list "silo.settings" $values.silo.settings) -}}
{{- range $name, $given := $values.pools -}}
{{- if $given -}}{{- $maps = append $maps (list (printf "pools.%s.settings" $name) (default (dict) $given.settings)) -}}{{- end -}}
{{- end -}}
{{- range $pair := $maps -}}
{{- range $key, $value := index $pair 1 -}}
{{- range $own -}}
{{- if hasPrefix . $key -}}
{{- $problems = append $problems (printf "%s has %s, which the chart sets itself or which belongs in a Secret; use the chart's own values." (index $pair 0) $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- if $problems -}}
{{- fail (printf "\n\nThis cannot work:\n- %s\n" (join "\n- " $problems)) -}}
{{- end -}}
{{- end }}
